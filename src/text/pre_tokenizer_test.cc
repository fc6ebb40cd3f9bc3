#include "text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hob::text {
namespace {

PreTokenizer compile(std::string_view name) {
  auto rules = find_pre_tokenizer(name);
  EXPECT_TRUE(rules.ok());
  auto compiled = PreTokenizer::compile((*rules)->rules);
  EXPECT_TRUE(compiled.ok()) << name << ": " << compiled.error().message;
  return std::move(*compiled);
}

std::string split(std::string_view name, std::string_view text) {
  const PreTokenizer pre_tokenizer = compile(name);
  PreTokenizer::Scratch scratch;
  std::string out;
  for (const PreTokenizer::Piece piece : pre_tokenizer.split(text, scratch)) {
    if (!out.empty()) out += '|';
    out += text.substr(piece.begin, piece.length);
  }
  return out;
}

TEST(PreTokenizer, SplitsAsTheModelsWereTrained) {
  EXPECT_EQ(split("llama3", "I'LL see 12345 cats!\n\n  x"), "I|'LL| see| |123|45| cats|!\n\n| | x");
  EXPECT_EQ(split("qwen2", "12 a"), "1|2| a");
  EXPECT_EQ(split("gpt-2", "Hello  World\t\tx 42"), "Hello| | World|\t|\t|x| 42");
  EXPECT_EQ(split("starcoder", "a 42"), "a| |4|2");
  EXPECT_EQ(split("falcon", "(x) 12345"), "(|x|)| |123|45");
  EXPECT_EQ(split("deepseek-v3", "x=1234 漢字かな"), "x|=|123|4| |漢字かな");
  EXPECT_EQ(split("gpt-4o", "HelloWorld's A/B/\n"), "Hello|World's| A|/B|/\n");
  EXPECT_EQ(split("tekken", "aB's"), "a|B|'s");
  EXPECT_EQ(split("kimi-k2", "漢字abc 漢"), "漢字|abc| |漢");
  EXPECT_EQ(split("tiny_aya", "1234567 12a"), "1|234|567| |12|a");
  EXPECT_EQ(split("superbpe", "ab 12345"), "ab |12|345");
  EXPECT_EQ(split("exaone-moe", "ab cd  ef"), "ab cd| | ef");
  EXPECT_EQ(split("gemma4", "a b\n\nc"), "a b|\n\n|c");
  EXPECT_EQ(split("bloom", "a, bc"), "a|,| bc");
  EXPECT_EQ(split("chameleon", "<sentinel:1>a     b"), "<|sentinel|:|1|>|a|    | b");
  EXPECT_EQ(split("deepseek-llm", "a b \xC3\xA9  "), "a| b| \xC3\xA9|  ");
}

TEST(PreTokenizer, SpaceIsUnicodesWhiteSpace) {
  EXPECT_EQ(split("llama3", "a\xE2\x80\x83"), "a|\xE2\x80\x83");          // em space
  EXPECT_EQ(split("llama3", " \xE1\xA0\x8E"), " \xE1\xA0\x8E");           // U+180E is none
  EXPECT_EQ(split("llama3", "a\xC2\x85\xC2\x85"), "a|\xC2\x85\xC2\x85");  // next line
}

TEST(PreTokenizer, BadBytesAreTheirOwnPieces) {
  EXPECT_EQ(split("llama3",
                  "ab\xFF\xFE"
                  "cd\xE2\x82"),
            "ab|\xFF\xFE|cd|\xE2\x82");
  EXPECT_EQ(split("llama3", "\xFF"), "\xFF");
  EXPECT_EQ(split("llama3", ""), "");
  EXPECT_EQ(split("llama3", "\xEF\xBF\xBD"), "\xEF\xBF\xBD");  // a real U+FFFD is not bad
}

TEST(PreTokenizer, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  auto rules = find_pre_tokenizer("qwen3");
  ASSERT_FALSE(rules.ok());
  EXPECT_NE(rules.error().message.find("'qwen3'"), std::string::npos);
  EXPECT_NE(rules.error().message.find("'qwen2'"), std::string::npos);
}

// Each a shape that makes some expression quadratic, or deep in the stack, when written carelessly.
std::vector<std::string> long_runs() {
  std::vector<std::string> texts;
  for (std::string_view unit :
       {"a",        "A",    " ",  "\n", "\r\n", "7", "\t ",  "漢",  "é",  "😀",
        "\xCC\x81", "\xFF", "a ", "aA", "'",    "(", "\xE2", " \n", "1a", "٣"}) {
    std::string text;
    while (text.size() < 100'000) text += unit;
    texts.push_back(text + "x");
    texts.push_back(std::move(text));
  }
  return texts;
}

// One name for each set of rules.
std::vector<std::string_view> distinct_names() {
  std::vector<std::string_view> names;
  std::set<const SplitRule*> seen;
  for (std::string_view name : pre_tokenizer_names())
    if (seen.insert((*find_pre_tokenizer(name))->rules.data()).second) names.push_back(name);
  return names;
}

class EveryName : public testing::TestWithParam<std::string_view> {};

TEST_P(EveryName, TakesLinearTimeAndLosesNothing) {
  const PreTokenizer pre_tokenizer = compile(GetParam());
  PreTokenizer::Scratch scratch;
  for (const std::string& text : long_runs()) {
    uint64_t at = 0;
    for (const PreTokenizer::Piece piece : pre_tokenizer.split(text, scratch)) {
      ASSERT_EQ(piece.begin, at);
      ASSERT_GT(piece.length, 0u);
      at += piece.length;
    }
    EXPECT_EQ(at, text.size());
  }
}

INSTANTIATE_TEST_SUITE_P(PreTokenizer, EveryName, testing::ValuesIn(distinct_names()),
                         [](const auto& info) {
                           std::string name(info.param);
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

}  // namespace
}  // namespace hob::text

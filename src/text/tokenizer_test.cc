#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/utf8.h"
#include "text/tokenizer_tiny.h"

namespace hob::text {
namespace {

std::unique_ptr<Tokenizer> load(const TinyVocabulary& tiny) {
  auto tokenizer = tiny.load();
  EXPECT_TRUE(tokenizer.ok()) << (tokenizer.ok() ? "" : tokenizer.error().message);
  return std::move(*tokenizer);
}

std::string refusal(const TinyVocabulary& tiny) {
  auto tokenizer = tiny.load();
  return tokenizer.ok() ? "" : tokenizer.error().message;
}

std::string spelled(const Tokenizer& tokenizer, const std::vector<Token>& tokens) {
  std::string out;
  for (Token token : tokens) {
    if (!out.empty()) out += '|';
    out += tokenizer.spelling(token);
  }
  return out;
}

constexpr EncodeOptions kPlain = {.add_special = false, .parse_special = false};

TEST(Tokenizer, SegmentsReadAsOneText) {
  const auto spm = load(tiny_spm());
  const std::vector<Segment> split = {{"the c", true}, {"a", false},   {"", true},
                                      {"t<s>", false}, {"</s>", true}, {"the", false}};
  EXPECT_EQ(spelled(*spm, spm->encode(split, true)),
            "<s>|▁the|▁cat|<0x3C>|<0x73>|<0x3E>|</s>|▁the");
  // A mark that is only partly trusted stays text.
  const std::vector<Segment> forged = {{"<", true}, {"s>", false}};
  EXPECT_EQ(spm->encode(forged, false), spm->encode("<s>", kPlain));
}

TEST(Tokenizer, TextNeverBecomesAControlTokenByMerging) {
  TinyVocabulary tiny = tiny_bpe("llama3");
  tiny.merge("<", "x").token("<x", TokenType::control).token("secret", TokenType::control);
  const auto bpe = load(tiny);
  EXPECT_EQ(spelled(*bpe, bpe->encode("<x", kPlain)), "<|x");
  EXPECT_EQ(spelled(*bpe, bpe->encode("secret", kPlain)), "s|e|c|r|e|t");
  EXPECT_EQ(spelled(*bpe, bpe->encode("<x", {.add_special = false})), "<x");

  TinyVocabulary spm = tiny_spm();
  spm.token("<", TokenType::normal, -50).token("s", TokenType::normal, -51);
  spm.token("<s", TokenType::normal, -52).token(">", TokenType::normal, -53);
  const auto loaded = load(spm);
  EXPECT_EQ(spelled(*loaded, loaded->encode("<s>", kPlain)), "▁|<s|>");
}

TEST(Tokenizer, MergesMayPassThroughSpellingsThatAreNoTokens) {
  TinyVocabulary tiny = tiny_bpe("gpt-2");
  tiny.merge("x", "y").merged("xy", "z");  // "xy" itself is no token
  const auto bpe = load(tiny);
  EXPECT_EQ(spelled(*bpe, bpe->encode("xyz", kPlain)), "xyz");
  EXPECT_EQ(spelled(*bpe, bpe->encode("xyx", kPlain)), "x|y|x");
}

TEST(Tokenizer, WithoutBytesTheUnknownTokenStands) {
  TinyVocabulary tiny("llama");
  tiny.token("<unk>", TokenType::unknown).token("<s>", TokenType::control);
  tiny.token("</s>", TokenType::control).token("a");
  const auto spm = load(tiny);
  EXPECT_EQ(spelled(*spm, spm->encode("aéa", {})), "<s>|<unk>|a|<unk>|a");
  ASSERT_EQ(spm->notes().size(), 1u);
  EXPECT_NE(spm->notes()[0].find("256 of 256 bytes"), std::string::npos);
}

TEST(Tokenizer, PhiThreeMarksSwallowTheSpaceAfterThem) {
  TinyVocabulary tiny = tiny_spm();
  tiny.token("<|user|>", TokenType::control).name("Phi-3-mini");
  const auto spm = load(tiny);
  EXPECT_EQ(spelled(*spm, spm->encode("<|user|>\n the<s> the", {.add_special = false})),
            "<|user|>|▁the|<s>|▁|▁the");
}

TEST(Tokenizer, EndOfGenerationIsKnownBySpelling) {
  TinyVocabulary tiny = tiny_bpe("qwen2");
  tiny.token("<|im_end|>", TokenType::control).token("<|eot_id|>");
  const auto bpe = load(tiny);
  EXPECT_TRUE(bpe->is_end_of_generation(bpe->find("<|im_end|>")));
  EXPECT_TRUE(bpe->is_end_of_generation(bpe->eos()));
  EXPECT_TRUE(bpe->is_end_of_generation(bpe->find("<|eot_id|>")));
  EXPECT_EQ(bpe->type(bpe->find("<|eot_id|>")), TokenType::control);
  EXPECT_FALSE(bpe->is_end_of_generation(bpe->bos()));
  EXPECT_FALSE(bpe->is_end_of_generation(-1));
  EXPECT_FALSE(bpe->is_end_of_generation(1 << 30));

  tiny = tiny_bpe("gpt-4o");  // with both others, <|end|> closes a channel only
  tiny.set("eot_token_id", 5u).token("<|return|>", TokenType::control);
  tiny.token("<|call|>", TokenType::control).token("<|channel|>", TokenType::control);
  tiny.token("<|tail|>", TokenType::control);
  const auto oss = load(tiny);
  EXPECT_TRUE(oss->is_end_of_generation(oss->find("<|return|>")));
  EXPECT_EQ(oss->piece(oss->find("<|channel|>")), "<|channel|>");
  EXPECT_EQ(oss->piece(oss->find("<|return|>")), "");
}

TEST(Tokenizer, HostileVocabulariesAreRefusedOrDefined) {
  EXPECT_NE(refusal(tiny_spm().set("unknown_token_id", 4'000'000'000u)).find("4000000000"),
            std::string::npos);
  EXPECT_EQ(refusal(tiny_spm().set("bos_token_id", 0xFFFFFFFFu)), "");  // "none"
  EXPECT_EQ(refusal(tiny_spm().set("eos_token_id", int32_t{-1})), "");
  EXPECT_NE(refusal(tiny_spm().set("eos_token_id", int32_t{-2})), "");
  EXPECT_NE(refusal(tiny_spm().set("add_bos_token", 7u)), "");
  EXPECT_NE(refusal(TinyVocabulary("llama")).find("no vocabulary"), std::string::npos);

  TinyVocabulary lengths = tiny_spm();
  lengths.scores_.pop_back();
  EXPECT_NE(refusal(lengths).find("tokenizer.ggml.scores has 272 entries"), std::string::npos);
  TinyVocabulary nan = tiny_spm();
  nan.scores_[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(refusal(nan).find("token 5"), std::string::npos);
  TinyVocabulary infinite = tiny_spm();
  infinite.scores_[260] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal(infinite), "");

  TinyVocabulary types = tiny_bpe("gpt-2");
  types.types_[3] = 99;
  types.types_[4] = -1;
  EXPECT_EQ(load(types)->type(3), TokenType::unused);
  for (std::string_view bad : {"", " ", "a", "a ", " a"}) {
    TinyVocabulary merges = tiny_bpe("gpt-2");
    merges.merges_.emplace_back(bad);
    EXPECT_NE(refusal(merges).find("is not two tokens"), std::string::npos) << bad;
  }
  TinyVocabulary twice = tiny_bpe("gpt-2");
  twice.token("the").token("").token("");
  EXPECT_LT(load(twice)->find("the"), load(twice)->size() - 3);
}

TEST(Tokenizer, OtherKindsAreNamed) {
  EXPECT_NE(refusal(TinyVocabulary("bert").token("a")).find("WordPiece"), std::string::npos);
  EXPECT_NE(refusal(TinyVocabulary("magic").token("a")).find("'magic'"), std::string::npos);
  EXPECT_NE(refusal(tiny_bpe("magic")).find("'magic'"), std::string::npos);
  EXPECT_NE(refusal(TinyVocabulary("")), "");
}

TEST(Tokenizer, IdsOutsideTheVocabularyAreNothing) {
  const auto spm = load(tiny_spm());
  for (Token token : {-1, std::numeric_limits<Token>::min(), static_cast<Token>(spm->size()),
                      std::numeric_limits<Token>::max()}) {
    EXPECT_EQ(spm->piece(token, true), "");
    EXPECT_EQ(spm->spelling(token), "");
    EXPECT_EQ(spm->type(token), TokenType::unused);
  }
}

std::string random_text(std::mt19937& random, size_t n_parts) {
  static constexpr std::string_view kParts[] = {"the",  " cat",     " ",   "  ", "\n",
                                                "at",   "c",        "é",   "漢", "😀",
                                                "\xFF", "\xE2\x82", "<s>", "l",  "1"};
  std::string text;
  for (size_t i = 0; i < n_parts; i++) text += kParts[random() % std::size(kParts)];
  return text;
}

TEST(Tokenizer, DecodeUndoesEncode) {
  std::mt19937 random(3);
  for (const TinyVocabulary& tiny : {tiny_spm(), tiny_bpe("llama3"), tiny_bpe("default")}) {
    const auto tokenizer = load(tiny);
    for (int round = 0; round < 300; round++) {
      const std::string text = random_text(random, random() % 20);
      EXPECT_EQ(tokenizer->decode(tokenizer->encode(text, kPlain)), text);
    }
  }
}

// Python's bytes.decode(errors="replace") by way of a stream that gets everything at once.
TEST(StreamDecoder, GivesWholeCodePointsAndOneReplacementPerBadPart) {
  const auto spm = load(tiny_spm());
  const auto stream = [&](std::string_view bytes) {
    StreamDecoder decoder(*spm);
    std::string all;
    for (char byte : bytes) {
      const std::string text =
          decoder.push(spm->find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte))));
      all += text;
      all += '|';
    }
    return all + decoder.finish();
  };
  EXPECT_EQ(stream("a\xE2\x82\xAC"), "a|||€|");
  EXPECT_EQ(stream("\xE2\x82x"), "||\uFFFDx|");
  EXPECT_EQ(stream("\xE2\x82"), "||\uFFFD");
  EXPECT_EQ(stream("\xFF\x80"), "\uFFFD|\uFFFD|");
  EXPECT_EQ(stream("\xF0\x9F\x98\xE2\x82\xAC"), "|||\uFFFD||€|");
  EXPECT_EQ(stream("\xED\xA0\x80"), "|\uFFFD\uFFFD|\uFFFD|");  // a surrogate
}

TEST(StreamDecoder, EqualsDecodeHoweverTheTextIsCut) {
  std::mt19937 random(4);
  const auto spm = load(tiny_spm());
  for (int round = 0; round < 300; round++) {
    std::vector<Token> tokens = spm->encode(random_text(random, random() % 12));
    StreamDecoder decoder(*spm, true);
    std::string streamed;
    for (Token token : tokens) {
      const std::string text = decoder.push(token);
      EXPECT_TRUE(is_valid_utf8(text));
      streamed += text;
    }
    streamed += decoder.finish();
    const std::string whole = spm->decode(tokens);
    if (is_valid_utf8(whole)) {
      EXPECT_EQ(streamed, whole);
    }
    EXPECT_TRUE(is_valid_utf8(streamed));
  }
}

}  // namespace
}  // namespace hob::text

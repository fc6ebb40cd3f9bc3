// Runs tests/cases/tokenizer/*.test; the format is explained at the top of spm.test.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "text/tokenizer_tiny.h"

namespace hob::text {
namespace {

struct Word {
  std::string text;
  bool quoted = false;
  bool untrusted = false;  // ~ before the quotes
};

// One escape sequence at line[at], which is after the backslash.
char unescape(std::string_view line, size_t& at) {
  const char c = line[at++];
  if (c == 'n') return '\n';
  if (c == 't') return '\t';
  if (c == 'r') return '\r';
  if (c != 'x') return c;
  unsigned value = 0;
  std::from_chars(line.data() + at, line.data() + at + 2, value, 16);
  at += 2;
  return static_cast<char>(value);
}

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == '#') break;
    if (line[at] == ' ') {
      at++;
      continue;
    }
    Word word;
    word.untrusted = line[at] == '~';
    at += word.untrusted;
    word.quoted = at < line.size() && line[at] == '"';
    at += word.quoted;
    while (at < line.size() && line[at] != (word.quoted ? '"' : ' ')) {
      const char c = line[at++];
      word.text += c == '\\' && at < line.size() ? unescape(line, at) : c;
    }
    at += word.quoted;
    words.push_back(std::move(word));
  }
  return words;
}

TokenType type_named(std::string_view name) {
  constexpr std::string_view kNames[] = {"normal",       "unknown", "control",
                                         "user_defined", "unused",  "byte"};
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  EXPECT_NE(found, std::end(kNames)) << name;
  return static_cast<TokenType>(found - std::begin(kNames) + 1);
}

class Runner {
 public:
  void run(const std::vector<Word>& words) {
    const std::string& verb = words[0].text;
    const auto equals = std::find_if(words.begin(), words.end(), [](const Word& word) {
      return !word.quoted && word.text == "=";
    });
    const std::vector<Word> left(words.begin() + 1, equals);
    const std::vector<Word> right(equals == words.end() ? equals : equals + 1, words.end());
    if (verb == "encode") return encode(left, right);
    if (verb == "decode") return decode(left, right);
    if (verb == "refused") return refused(left.at(0).text);
    describe(verb, left);
  }

 private:
  void describe(std::string_view verb, const std::vector<Word>& words) {
    tokenizer_ = nullptr;
    if (verb == "model")
      tiny_.emplace(words.at(0).text);
    else if (verb == "name")
      tiny_->name(words.at(0).text);
    else if (verb == "bytes")
      tiny_->bytes();
    else if (verb == "token")
      tiny_->token(words.at(0).text, type_named(words.size() > 1 ? words[1].text : "normal"),
                   words.size() > 2 ? std::stof(words[2].text) : 0);
    else if (verb == "merge")
      tiny_->merge(words.at(0).text, words.at(1).text);
    else if (verb == "set")
      set(words.at(0).text, words.at(1));
    else
      FAIL() << "unknown statement " << verb;
  }

  void set(std::string_view key, const Word& value) {
    if (value.quoted)
      tiny_->set(key, value.text);
    else if (value.text == "true" || value.text == "false")
      tiny_->set(key, value.text == "true");
    else
      tiny_->set(key, static_cast<uint32_t>(std::stoul(value.text)));
  }

  bool load() {
    if (tokenizer_) return true;
    auto loaded = tiny_->load();
    if (loaded) tokenizer_ = std::move(*loaded);
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return loaded.ok();
  }

  void encode(const std::vector<Word>& segments, const std::vector<Word>& expected) {
    if (!load()) return;
    std::vector<Segment> input;
    for (const Word& word : segments) input.push_back({word.text, !word.untrusted});
    std::vector<std::string> spellings, wanted;
    for (Token token : tokenizer_->encode(input, true))
      spellings.emplace_back(tokenizer_->spelling(token));
    for (const Word& word : expected) wanted.push_back(word.text);
    EXPECT_EQ(spellings, wanted);
  }

  void decode(const std::vector<Word>& spellings, const std::vector<Word>& expected) {
    if (!load()) return;
    std::vector<Token> tokens;
    for (const Word& word : spellings) {
      tokens.push_back(tokenizer_->find(word.text));
      EXPECT_GE(tokens.back(), 0) << word.text << " is no token";
    }
    EXPECT_EQ(tokenizer_->decode(tokens), expected.at(0).text);
  }

  void refused(const std::string& part) {
    auto loaded = tiny_->load();
    ASSERT_FALSE(loaded.ok()) << "loads, but should be refused: " << part;
    EXPECT_NE(loaded.error().message.find(part), std::string::npos) << loaded.error().message;
  }

  std::optional<TinyVocabulary> tiny_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST(TokenizerCases, AllHold) {
  const auto folder = std::filesystem::path(HOB_SOURCE_DIR) / "tests/cases/tokenizer";
  int n_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    n_files++;
    Runner runner;
    std::ifstream in(entry.path());
    std::string line;
    for (int number = 1; std::getline(in, line); number++) {
      SCOPED_TRACE(fmt::format("{}:{}: {}", entry.path().filename().string(), number, line));
      const std::vector<Word> words = words_of(line);
      if (!words.empty()) runner.run(words);
    }
  }
  EXPECT_GE(n_files, 2);
}

}  // namespace
}  // namespace hob::text

#include "text/tokenizer_specials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tensor/gguf.h"
#include "tensor/gguf_writer.h"

namespace hob::text {
namespace {

Vocabulary vocabulary_of(const std::vector<std::string>& tokens,
                         const std::vector<int32_t>& types) {
  tensor::GgufWriter writer;
  writer.add("tokenizer.ggml.tokens", std::span<const std::string>(tokens));
  writer.add("tokenizer.ggml.token_type", std::span<const int32_t>(types));
  const auto bytes = writer.to_bytes({});
  auto file = tensor::GgufFile::parse(bytes, "test");
  EXPECT_TRUE(file.ok());
  auto vocabulary = Vocabulary::load(file->metadata());
  EXPECT_TRUE(vocabulary.ok());
  return std::move(*vocabulary);
}

// By definition: the longest token, leftmost first, then within what is left on either side.
void split_slowly(std::string_view text, size_t begin, size_t end,
                  const std::vector<std::string>& tokens, std::vector<Fragment>& out) {
  size_t best_at = 0;
  Token best = -1;
  for (Token token = 0; token < static_cast<Token>(tokens.size()); token++) {
    const size_t at = text.substr(begin, end - begin).find(tokens[token]);
    if (at == std::string_view::npos) continue;
    const size_t size = tokens[token].size(), best_size = best < 0 ? 0 : tokens[best].size();
    if (size > best_size || (size == best_size && begin + at < best_at)) {
      best = token;
      best_at = begin + at;
    }
  }
  if (best < 0) {
    if (begin < end) out.push_back({begin, end});
    return;
  }
  split_slowly(text, begin, best_at, tokens, out);
  out.push_back({best_at, best_at + tokens[best].size(), best});
  split_slowly(text, best_at + tokens[best].size(), end, tokens, out);
}

bool equal(const std::vector<Fragment>& a, const std::vector<Fragment>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Fragment& x, const Fragment& y) {
                      return x.begin == y.begin && x.end == y.end && x.token == y.token;
                    });
}

TEST(SpecialMatcher, AgreesWithTheDefinition) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; round++) {
    std::vector<std::string> tokens;
    while (tokens.size() < 5) {
      std::string token(1 + random() % 5, 'a');
      for (char& c : token) c = static_cast<char>('a' + random() % 2);
      if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.push_back(token);
    }
    const Vocabulary vocabulary = vocabulary_of(tokens, std::vector<int32_t>(5, 4));
    const SpecialMatcher matcher(vocabulary, {});
    std::string text(random() % 30, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    std::vector<Fragment> expected;
    split_slowly(text, 0, text.size(), tokens, expected);
    EXPECT_TRUE(equal(matcher.split(text, {}), expected)) << text;
  }
}

TEST(SpecialMatcher, TrustsOnlyWhatLiesInsideOneRange) {
  const Vocabulary vocabulary = vocabulary_of({"<a>", "<b>"}, {3, 4});
  const SpecialMatcher matcher(vocabulary, {});
  const std::string_view text = "<a><b><a>";
  const auto tokens = [&](std::vector<ByteRange> trusted) {
    std::vector<Token> out;
    for (const Fragment& fragment : matcher.split(text, trusted)) out.push_back(fragment.token);
    return out;
  };
  EXPECT_EQ(tokens({}), (std::vector<Token>{-1, 1, -1}));
  EXPECT_EQ(tokens({{0, 9}}), (std::vector<Token>{0, 1, 0}));
  EXPECT_EQ(tokens({{0, 2}, {6, 9}}), (std::vector<Token>{-1, 1, 0}));
  EXPECT_EQ(tokens({{1, 9}}), (std::vector<Token>{-1, 1, 0}));
}

TEST(SpecialMatcher, StripsWhiteSpace) {
  const Vocabulary vocabulary = vocabulary_of({"<l>", "<r>"}, {3, 3});
  const SpecialMatcher matcher(vocabulary, {Strip::left, Strip::right});
  const std::string_view text = "a \n<l> b <r>\n c";
  const ByteRange all = {0, text.size()};
  std::string out;
  for (const Fragment& fragment : matcher.split(text, std::span(&all, 1))) {
    out += text.substr(fragment.begin, fragment.end - fragment.begin);
    out += '|';
  }
  EXPECT_EQ(out, "a|<l>| b |<r>|c|");
}

// A megabyte against nested tokens: a search per token or per position would take minutes.
TEST(SpecialMatcher, TakesLinearTime) {
  std::vector<std::string> tokens;
  for (int i = 1; i < 400; i++) tokens.push_back(std::string(i, 'a'));
  tokens.push_back(std::string(100'000, 'a') + "b");
  const Vocabulary vocabulary = vocabulary_of(tokens, std::vector<int32_t>(tokens.size(), 4));
  const SpecialMatcher matcher(vocabulary, {});
  const std::string text(1'000'000, 'a');
  const auto fragments = matcher.split(text, {});
  EXPECT_EQ(fragments.size(), (text.size() + 398) / 399);
}

}  // namespace
}  // namespace hob::text

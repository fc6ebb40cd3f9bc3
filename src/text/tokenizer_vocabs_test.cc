// Real vocabularies against the ids that others computed for them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>

#include "tensor/gguf.h"
#include "text/tokenizer.h"

namespace hob::text {
namespace {

const std::filesystem::path kVocabs = std::filesystem::path(HOB_SHARED_DIR) / "vocabs";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<std::unique_ptr<Tokenizer>> load(const std::string& name) {
  auto file = tensor::GgufFile::open((kVocabs / name).string());
  if (!file) return file.error();
  return Tokenizer::load(file->metadata());  // the file is closed on return
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t at = 0;
  for (size_t end; (end = text.find(separator, at)) != std::string::npos;
       at = end + separator.size())
    parts.push_back(text.substr(at, end - at));
  parts.push_back(text.substr(at));
  return parts;
}

struct Case {
  const char* vocabulary;
  const char* expectations;
};

class RealVocabulary : public testing::TestWithParam<Case> {};

TEST_P(RealVocabulary, GivesTheExpectedIds) {
  const auto [vocabulary, expectations] = GetParam();
  if (!std::filesystem::exists(kVocabs / vocabulary)) GTEST_SKIP() << vocabulary << " is absent";
  auto tokenizer = load(vocabulary);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const auto texts =
      split(read_file(kVocabs / (std::string(expectations) + ".inp")), "\n__ggml_vocab_test__\n");
  const auto lines = split(read_file(kVocabs / (std::string(expectations) + ".out")), "\n");
  ASSERT_GE(lines.size(), texts.size());
  ASSERT_GT(texts.size(), 40u);
  for (size_t i = 0; i < texts.size(); i++) {
    std::istringstream line(lines[i]);
    const std::vector<Token> expected{std::istream_iterator<Token>(line), {}};
    const auto tokens =
        (*tokenizer)->encode(texts[i], {.add_special = false, .parse_special = false});
    EXPECT_EQ(tokens, expected) << texts[i];
    EXPECT_EQ((*tokenizer)->decode(tokens), texts[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ids, RealVocabulary,
    testing::Values(Case{"ggml-vocab-llama-spm.gguf", "ggml-vocab-llama-spm.gguf"},
                    Case{"ggml-vocab-phi-3.gguf", "ggml-vocab-phi-3.gguf"},
                    Case{"ggml-vocab-gpt-2.gguf", "ggml-vocab-gpt-2.gguf"},
                    Case{"ggml-vocab-starcoder.gguf", "ggml-vocab-starcoder.gguf"},
                    Case{"derived/ggml-vocab-llama-bpe.derived.gguf",
                         "ggml-vocab-llama-bpe.gguf"}));

// The model's own tokenizer on 721 short texts. Phi-3.5 has the vocabulary of Phi-3.
TEST(RealVocabularies, AgreesWithPhi35) {
  const auto reference = kVocabs / "refs" / "phi-3.5-mini-instruct.json";
  if (!std::filesystem::exists(reference)) GTEST_SKIP() << reference << " is absent";
  auto tokenizer = load("ggml-vocab-phi-3.gguf");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const auto expected = boost::json::parse(read_file(reference)).at("ids").as_array();
  const auto lines = split(read_file(kVocabs / "refs" / "tokenizer-corpus.txt"), "\n");
  ASSERT_GE(lines.size(), expected.size());
  for (size_t i = 0; i < expected.size(); i++) {
    const std::string text(boost::json::parse(lines[i]).as_string());
    EXPECT_EQ((*tokenizer)->encode(text, {.add_special = false}),
              boost::json::value_to<std::vector<Token>>(expected[i]))
        << lines[i];
  }
}

TEST(RealVocabularies, OthersLoadOrAreRefusedByName) {
  if (!std::filesystem::exists(kVocabs)) GTEST_SKIP() << kVocabs << " is absent";
  auto neox = load("ggml-vocab-gpt-neox.gguf");
  ASSERT_TRUE(neox.ok()) << neox.error().message;
  EXPECT_FALSE((*neox)->notes().empty());  // it names no pre-tokenizer
  auto bge = load("ggml-vocab-bert-bge.gguf");
  ASSERT_FALSE(bge.ok());
  EXPECT_NE(bge.error().message.find("not supported yet"), std::string::npos);
  for (const char* name : {"small/vocab-bpe-llama3.gguf", "small/vocab-bpe-smollm.gguf"}) {
    auto small = load(name);
    ASSERT_TRUE(small.ok()) << small.error().message;
    const auto tokens = (*small)->encode("hello world", {.add_special = false});
    EXPECT_EQ((*small)->decode(tokens), "hello world") << name;
  }
}

// What makes quadratic tokenizers visible: a megabyte without a place to cut.
TEST(RealVocabularies, LongRunsTakeNoLongerThanText) {
  if (!std::filesystem::exists(kVocabs)) GTEST_SKIP() << kVocabs << " is absent";
  for (const char* name :
       {"ggml-vocab-llama-spm.gguf", "derived/ggml-vocab-llama-bpe.derived.gguf"}) {
    auto tokenizer = load(name);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    for (std::string_view unit : {"a", " ", "\n", "7", "漢", "😀", "\xFF"}) {
      std::string text;
      while (text.size() < 300'000) text += unit;
      const auto tokens =
          (*tokenizer)->encode(text, {.add_special = false, .parse_special = false});
      EXPECT_EQ((*tokenizer)->decode(tokens), text) << name << " " << unit;
    }
  }
}

}  // namespace
}  // namespace hob::text

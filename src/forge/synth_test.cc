// Random-weights files: every shape can be named, every tiny one in every format is a complete
// model that runs.

#include "forge/synth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include "backend/backend.h"
#include "forge/synth/mixes.h"
#include "model/model.h"

namespace hob::forge {
namespace {

std::string temporary(const std::string& name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

// A file with the spec's model, removed at the end.
struct SynthFile {
  explicit SynthFile(const std::string& text, uint64_t seed = 1) {
    std::string name = "synth_test_" + std::to_string(seed) + "_" + text + ".gguf";
    std::replace(name.begin(), name.end(), ':', '_');
    path = temporary(name);
    auto spec = parse_synth_spec(text);
    HOB_CHECK(spec.ok(), "{}", spec.error().message);
    Status written = write_synth(*spec, seed, path);
    HOB_CHECK(written.ok(), "{}", written.error().message);
  }
  ~SynthFile() { std::filesystem::remove(path); }
  std::shared_ptr<const tensor::GgufFile> open() const {
    auto file = tensor::GgufFile::open(path);
    HOB_CHECK(file.ok(), "{}", file.error().message);
    return std::make_shared<const tensor::GgufFile>(*std::move(file));
  }
  std::string bytes() const {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string path;
};

TEST(SynthSpec, PartsMayBeLeftOut) {
  const auto parsed = [](std::string_view text) {
    auto spec = parse_synth_spec(text);
    return spec ? spec->architecture + " " + spec->size + " " + spec->mix : spec.error().message;
  };
  EXPECT_EQ(parsed("llama:1b:q4_k_m"), "llama 1b q4_k_m");
  EXPECT_EQ(parsed("Qwen3:0.6B:Q8_0"), "qwen3 0.6b q8_0");
  EXPECT_EQ(parsed("gemma3"), "gemma3 tiny q4_k_m");
  EXPECT_EQ(parsed("gemma3:270m"), "gemma3 270m q4_k_m");
  EXPECT_EQ(parsed("gemma3:f32"), "gemma3 tiny f32");
}

TEST(SynthSpec, ErrorsListWhatIsKnown) {
  for (const char* text : {"", "llama:2b", "zebra:tiny:f32", "llama:tiny:f32:x", "llama::f32"}) {
    auto spec = parse_synth_spec(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_NE(spec.error().message.find("qwen3:0.6b"), std::string::npos) << text;
  }
  auto mix = parse_synth_spec("llama:tiny:q9");
  ASSERT_FALSE(mix);
  EXPECT_NE(mix.error().message.find("q4_k_m"), std::string::npos);
}

TEST(Synth, TheSameSeedGivesTheSameBytes) {
  const std::string first = SynthFile("llama:narrow:q4_0").bytes();
  EXPECT_EQ(SynthFile("llama:narrow:q4_0").bytes(), first);
  const std::string other = SynthFile("llama:narrow:q4_0", 2).bytes();
  EXPECT_EQ(other.size(), first.size());
  EXPECT_NE(other, first);
}

TEST(Synth, FormatsFollowTheMix) {
  const auto file = SynthFile("llama:tiny:q4_k_m").open();
  const auto format = [&](const char* name) { return tensor::info(file->find(name)->format).name; };
  EXPECT_EQ(format("token_embd.weight"), "Q4_K");
  EXPECT_EQ(format("output.weight"), "Q6_K");
  EXPECT_EQ(format("blk.0.attn_q.weight"), "Q4_K");
  EXPECT_EQ(format("blk.0.attn_v.weight"), "Q4_K");
  EXPECT_EQ(format("blk.1.attn_v.weight"), "Q6_K");
  EXPECT_EQ(format("blk.1.ffn_down.weight"), "Q6_K");
  EXPECT_EQ(format("output_norm.weight"), "F32");
  EXPECT_EQ(format("rope_freqs.weight"), "F32");
}

TEST(Synth, NarrowRowsFallBackToSmallBlocks) {
  const auto file = SynthFile("llama:narrow:q4_k_m").open();
  EXPECT_EQ(tensor::info(file->find("blk.0.attn_q.weight")->format).name, "Q5_0");
  EXPECT_EQ(tensor::info(file->find("token_embd.weight")->format).name, "Q8_0");
  EXPECT_TRUE(model::compile(file));
}

TEST(Synth, TheVocabularyHoldsTogether) {
  for (const char* text : {"llama:tiny:f16", "qwen2:tiny:f16", "gemma2:tiny:f16"}) {
    const auto file = SynthFile(text).open();
    const auto strings = [&](const char* key) {
      auto array = file->metadata().array(key, tensor::ValueType::string);
      return array && *array ? (*array)->strings() : std::vector<std::string_view>();
    };
    const auto tokens = strings("tokenizer.ggml.tokens");
    const std::set<std::string_view> known(tokens.begin(), tokens.end());
    EXPECT_EQ(tokens.size(), 512u) << text;
    EXPECT_EQ(known.size(), tokens.size()) << text;
    for (std::string_view merge : strings("tokenizer.ggml.merges")) {
      const size_t space = merge.find(' ');
      const std::string left(merge.substr(0, space)), right(merge.substr(space + 1));
      EXPECT_TRUE(known.contains(left) && known.contains(right) && known.contains(left + right))
          << merge;
    }
    EXPECT_TRUE(file->metadata().has("tokenizer.chat_template"));
  }
}

// [n_vocab] after a text longer than the tiny models' window.
std::vector<float> last_logits(const model::Model& model) {
  backend::BackendOptions options;
  options.n_pages = 1;
  auto backend = *backend::make_reference(model, options);
  const std::vector<backend::PageId> pages{0};
  backend::Batch batch;
  batch.page_tables = {pages};
  for (int32_t i = 0; i < 20; ++i) {
    batch.tokens.push_back(i * 37 % int32_t(model.program.n_vocab));
    batch.positions.push_back(i);
    batch.sequence.push_back(0);
  }
  batch.logit_rows = {19};
  std::vector<float> logits(size_t(model.program.n_vocab));
  backend->run(batch, logits);
  return logits;
}

class SynthEvery : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(SynthEvery, TinyModelRuns) {
  const auto& [shape, mix] = GetParam();
  const SynthFile file(shape + ":" + mix);
  auto model = model::compile(file.open());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_TRUE(model->ignored.empty()) << model->ignored[0];
  const auto logits = last_logits(*model);
  double sum = 0, squares = 0;
  for (float logit : logits) {
    ASSERT_TRUE(std::isfinite(logit));
    sum += double(logit);
    squares += double(logit) * double(logit);
  }
  const double n = double(logits.size());
  const double deviation = std::sqrt(squares / n - sum / n * sum / n);
  EXPECT_GT(deviation, 1);
  EXPECT_LT(deviation, 10);
}

std::vector<std::string> mix_names() {
  std::vector<std::string> names;
  for (const Mix& mix : mixes()) names.emplace_back(mix.name);
  return names;
}

std::string test_name(const testing::TestParamInfo<SynthEvery::ParamType>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, SynthEvery,
                         testing::Combine(testing::Values("llama:tiny", "llama:narrow",
                                                          "qwen2:tiny", "qwen3:tiny", "gemma2:tiny",
                                                          "gemma3:tiny"),
                                          testing::ValuesIn(mix_names())),
                         test_name);

}  // namespace
}  // namespace hob::forge

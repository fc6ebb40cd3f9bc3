// Real models through the compiler and the reference, against answers computed elsewhere in
// float64. The one difference in the arithmetic is that our keys and values are rounded to float16.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "backend/backend.h"
#include "backend/golden.h"

namespace hob::backend {
namespace {

// What rounding of keys and values may cost a logit. 0.0073 was the most seen, where logits span
// about 20.
constexpr double kTolerance = 0.01;

struct Case {
  std::string folder, file, golden;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.file;
}

std::vector<Case> cases() {
  std::vector<Case> all{{"stories260K", "stories260K.gguf", "golden.F32.json"}};
  for (const char* format : {"F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"})
    all.push_back({"babyllama105", fmt::format("babyllama105.{}.gguf", format),
                   fmt::format("golden.{}.json", format)});
  return all;
}

class ReferenceGolden : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const std::string folder = HOB_SHARED_DIR "/models/" + GetParam().folder + "/";
    if (!std::filesystem::exists(folder + GetParam().golden))
      GTEST_SKIP() << folder << GetParam().golden << " is not here";
    golden = read_golden(folder + GetParam().golden);
    auto file = tensor::GgufFile::open(folder + GetParam().file);
    ASSERT_TRUE(file) << file.error().message;
    auto compiled = model::compile(std::make_shared<const tensor::GgufFile>(*std::move(file)));
    ASSERT_TRUE(compiled) << compiled.error().message;
    model = *std::move(compiled);
    EXPECT_TRUE(model.ignored.empty());
  }

  // Logits of the tokens from `first` on. [tokens.size() - first, n_vocab]
  std::vector<float> run(const std::vector<int32_t>& tokens, size_t first, size_t chunk) {
    BackendOptions options;
    options.n_pages = 8;
    auto backend = *make_reference(model, options);
    const std::vector<PageId> pages{0, 1, 2, 3, 4, 5, 6, 7};
    std::vector<float> logits;
    for (size_t begin = 0; begin < tokens.size(); begin += chunk) {
      Batch batch;
      batch.page_tables = {pages};
      for (size_t i = begin; i < std::min(begin + chunk, tokens.size()); ++i) {
        if (i >= first) batch.logit_rows.push_back(int32_t(batch.tokens.size()));
        batch.tokens.push_back(tokens[i]);
        batch.positions.push_back(int32_t(i));
        batch.sequence.push_back(0);
      }
      std::vector<float> part(batch.logit_rows.size() * n_vocab());
      backend->run(batch, part);
      logits.insert(logits.end(), part.begin(), part.end());
    }
    return logits;
  }
  size_t n_vocab() const { return size_t(model.program.n_vocab); }

  Golden golden;
  model::Model model;
};

TEST_P(ReferenceGolden, GreedyTokensAndLogits) {
  for (const Golden::Generation& generation : golden.generations) {
    std::vector<int32_t> tokens = generation.prompt;
    tokens.insert(tokens.end(), generation.greedy.begin(), generation.greedy.end() - 1);
    const auto logits = run(tokens, generation.prompt.size() - 1, tokens.size());
    ASSERT_EQ(logits.size(), generation.greedy.size() * n_vocab());
    for (const auto& [token, wanted] : generation.next_top8)
      EXPECT_NEAR(logits[size_t(token)], wanted, kTolerance) << token;
    for (size_t step = 0; step < generation.greedy.size(); ++step) {
      const std::span row = std::span(logits).subspan(step * n_vocab(), n_vocab());
      const auto best = std::max_element(row.begin(), row.end());
      // Where two tokens are all but equal, either may win.
      EXPECT_LE(*best - row[size_t(generation.greedy[step])],
                generation.min_top2_gap > 2 * kTolerance ? 0 : 2 * kTolerance)
          << "step " << step << ": " << best - row.begin();
    }
  }
}

TEST_P(ReferenceGolden, LogitsAfterBos) {
  if (golden.logits_after_bos.empty()) return;  // only some files of answers have them
  const auto logits = run({1}, 0, 1);
  ASSERT_EQ(logits.size(), golden.logits_after_bos.size());
  for (size_t i = 0; i < logits.size(); ++i)
    EXPECT_NEAR(logits[i], golden.logits_after_bos[i], kTolerance) << i;
}

TEST_P(ReferenceGolden, Perplexity) {
  const auto logits = run(golden.text, 0, golden.text.size());
  double sum = 0;
  for (size_t i = 0; i + 1 < golden.text.size(); ++i) {
    const std::span row = std::span(logits).subspan(i * n_vocab(), n_vocab());
    double total = 0;
    for (float logit : row) total += std::exp(double(logit));
    sum += std::log(total) - double(row[size_t(golden.text[i + 1])]);
  }
  EXPECT_NEAR(std::exp(sum / double(golden.text.size() - 1)), golden.perplexity,
              golden.perplexity * 1e-3);
}

TEST_P(ReferenceGolden, ChunksChangeNoBit) {
  const std::vector<int32_t> tokens(golden.text.begin(), golden.text.begin() + 70);
  const auto whole = run(tokens, 60, tokens.size());
  EXPECT_EQ(run(tokens, 60, 7), whole);
  EXPECT_EQ(run(tokens, 60, 33), whole);
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceGolden, testing::ValuesIn(cases()));

}  // namespace
}  // namespace hob::backend

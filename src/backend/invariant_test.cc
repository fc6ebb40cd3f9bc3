// Same sequence, same bits: on the CPU backend a token's logits depend on the model and the tokens
// before it alone. Every comparison here is of float bits, for every architecture, several formats
// and every instruction set of this machine.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "backend/test_model.h"
#include "kernel/kernels.h"

namespace hob::backend {
namespace {

constexpr size_t kTokens = 150;  // more than two pages
constexpr int64_t kWindow = 40;  // shorter than the text, no multiple of anything

void expect_same_bits(const Sequence& got, const std::vector<float>& expected, const char* how) {
  ASSERT_EQ(got.logits.size(), expected.size()) << how;
  if (std::memcmp(got.logits.data(), expected.data(), expected.size() * sizeof(float)) == 0) return;
  size_t i = 0;
  while (std::memcmp(&got.logits[i], &expected[i], sizeof(float)) == 0) ++i;
  const auto n_vocab = static_cast<size_t>(got.n_vocab);
  ADD_FAILURE() << how << ": token " << i / n_vocab << ", logit " << i % n_vocab << ": "
                << got.logits[i] << " and " << expected[i];
}

struct Maker {
  const model::Model& model;
  std::string isa;

  std::unique_ptr<Backend> operator()(int n_threads = 1) const {
    auto backend =
        make_cpu(model, {.n_pages = 24, .max_batch = 256, .n_threads = n_threads, .isa = isa});
    HOB_CHECK(backend.ok(), "{}", backend.error().message);
    return std::move(backend).value();
  }
};

void chunks_do_not_matter(const Maker& make, const std::vector<float>& expected) {
  auto backend = make();
  for (size_t chunk : {1, 7, 64}) {
    Sequence s = random_sequence(make.model, kTokens, 1, 3);
    run_alone(*backend, s, chunk);
    expect_same_bits(s, expected, fmt::format("chunks of {}", chunk).c_str());
  }
}

void threads_do_not_matter(const Maker& make, const std::vector<float>& expected) {
  for (const auto& [n_threads, chunk] : {std::pair{2, kTokens}, {4, size_t{13}}}) {
    auto backend = make(n_threads);
    Sequence s = random_sequence(make.model, kTokens, 1);
    run_alone(*backend, s, chunk);
    expect_same_bits(s, expected, fmt::format("{} threads", n_threads).c_str());
  }
}

// Two strangers share every batch and have pages between ours.
void company_does_not_matter(const Maker& make, const std::vector<float>& expected) {
  auto backend = make(2);
  Sequence before = random_sequence(make.model, 20, 2, 1, 3);
  Sequence ours = random_sequence(make.model, kTokens, 1, 2, 3);
  Sequence after = random_sequence(make.model, 140, 3, 0, 3);
  while (ours.done < ours.tokens.size()) {
    auto some = [](Sequence& s, size_t n) {
      return Share{&s, std::min(n, s.tokens.size() - s.done)};
    };
    const Share shares[] = {some(before, 3), some(ours, 1 + ours.done % 5), some(after, 11)};
    run_together(*backend, shares);
  }
  expect_same_bits(ours, expected, "among strangers");
}

// Fewer rows of logits, or none at all, for the first tokens.
void other_rows_do_not_matter(const Maker& make, const std::vector<float>& expected) {
  auto backend = make();
  const Sequence s = random_sequence(make.model, kTokens, 1);
  const auto n_vocab = static_cast<size_t>(s.n_vocab);
  for (const std::vector<int32_t>& rows : {std::vector<int32_t>{}, {0, 64, kTokens - 2}}) {
    Batch batch{.tokens = s.tokens,
                .positions = {},
                .sequence = {},
                .page_tables = {s.pages},
                .logit_rows = rows};
    for (size_t t = 0; t < kTokens; ++t) batch.positions.push_back(static_cast<int32_t>(t));
    batch.sequence.assign(kTokens, 0);
    std::vector<float> logits(rows.size() * n_vocab);
    backend->run(batch, logits);
    for (size_t r = 0; r < rows.size(); ++r)
      EXPECT_EQ(std::memcmp(&logits[r * n_vocab], &expected[static_cast<size_t>(rows[r]) * n_vocab],
                            n_vocab * sizeof(float)),
                0)
          << "row " << rows[r] << " of " << rows.size();
  }
}

// A sequence continues on a copy of a page that it shared half full.
void copied_pages_do_not_matter(const Maker& make, const std::vector<float>& expected) {
  auto backend = make();
  Sequence s = random_sequence(make.model, kTokens, 1);
  Sequence stranger = random_sequence(make.model, kTokens, 4, 1);  // fills the copy's page before
  run_alone(*backend, stranger, kTokens);
  Share first{&s, 100};
  s.pages = {0, 7, 8};
  run_together(*backend, {&first, 1});
  backend->copy_page(7, 1, 100 - kPageTokens);
  s.pages[1] = 1;
  run_alone(*backend, s, 9);
  expect_same_bits(s, expected, "on a copied page");
}

void check_all(const model::Model& model) {
  std::vector<float> with_fma;
  for (std::string_view isa : kernel::available_isas()) {
    SCOPED_TRACE(isa);
    const Maker make{model, std::string(isa)};
    Sequence one_shot = random_sequence(model, kTokens, 1);
    run_alone(*make(), one_shot, kTokens);
    const std::vector<float>& expected = one_shot.logits;
    ASSERT_TRUE(
        std::all_of(expected.begin(), expected.end(), [](float x) { return std::isfinite(x); }));
    ASSERT_NE(expected.front(), expected.back());
    chunks_do_not_matter(make, expected);
    threads_do_not_matter(make, expected);
    company_does_not_matter(make, expected);
    if (isa == kernel::available_isas().front()) {  // these do not depend on the kernels
      other_rows_do_not_matter(make, expected);
      copied_pages_do_not_matter(make, expected);
    }
    // All instruction sets with fused multiply-add agree too.
    if (isa == "baseline") continue;
    if (with_fma.empty()) with_fma = expected;
    expect_same_bits(one_shot, with_fma, "between instruction sets");
  }
}

class Invariant : public testing::TestWithParam<std::string> {};

TEST_P(Invariant, SameSequenceSameBits) {
  check_all(synth_model(GetParam(), kWindow));
}

std::vector<std::string> shapes() {
  std::vector<std::string> shapes;
  for (const char* architecture : {"llama", "qwen2", "qwen3", "gemma2", "gemma3"})
    for (const char* format : {"f32", "f16", "q8_0", "q4_0", "q4_k_m"})
      shapes.push_back(fmt::format("{}:tiny:{}", architecture, format));
  return shapes;
}

INSTANTIATE_TEST_SUITE_P(Synth, Invariant, testing::ValuesIn(shapes()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
});

TEST(InvariantOfRealModels, SameSequenceSameBits) {
  for (const char* name :
       {"stories260K/stories260K.gguf", "babyllama105/babyllama105.F16.gguf",
        "babyllama105/babyllama105.Q8_0.gguf", "babyllama105/babyllama105.Q4_0.gguf"}) {
    const std::string path = std::string(HOB_SHARED_DIR) + "/models/" + name;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
    SCOPED_TRACE(name);
    check_all(load_model(path));
  }
}

}  // namespace
}  // namespace hob::backend

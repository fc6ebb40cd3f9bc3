// The CPU backend against the reference, which reckons in double over the same weights and the same
// half-precision keys and values.
#include <filesystem>

#include "backend/test_model.h"
#include "kernel/kernels.h"

namespace hob::backend {
namespace {

constexpr size_t kTokens = 80;

struct Case {
  const char* format;
  double bound;  // of the normalized mean square error of the logits
};

void expect_agreement(const model::Model& model, double bound) {
  const BackendOptions options{.n_pages = 4, .max_batch = kTokens};
  Sequence truth = random_sequence(model, kTokens, 5);
  run_alone(**make_reference(model, options), truth, kTokens);
  for (std::string_view isa : kernel::available_isas()) {
    BackendOptions cpu = options;
    cpu.isa = isa;
    Sequence got = random_sequence(model, kTokens, 5);
    run_alone(**make_cpu(model, cpu), got, kTokens);
    const double error = nmse(got.logits, truth.logits);
    fmt::print("{}: {:.1e}\n", isa, error);
    EXPECT_LT(error, bound) << isa;
  }
}

class CpuBackendTest : public testing::TestWithParam<std::tuple<const char*, Case>> {};

TEST_P(CpuBackendTest, AgreesWithTheReference) {
  const auto& [architecture, test] = GetParam();
  expect_agreement(synth_model(fmt::format("{}:tiny:{}", architecture, test.format), 30),
                   test.bound);
}

// What remains with float weights is the rounding of float and, rarely, of a key to the other
// neighbour in half precision: up to 5e-9 measured. Quantized weights meet activations of 8 bits,
// with one scale for 32 values (3e-4 to 5e-4 measured) or, K formats, for 256 (6e-4 to 1.2e-3).
INSTANTIATE_TEST_SUITE_P(
    Synth, CpuBackendTest,
    testing::Combine(testing::Values("llama", "qwen2", "qwen3", "gemma2", "gemma3"),
                     testing::Values(Case{"f32", 1e-7}, Case{"f16", 1e-7}, Case{"q8_0", 1e-3},
                                     Case{"q4_0", 1e-3}, Case{"q4_k_m", 2e-3})),
    [](const auto& info) {
      return fmt::format("{}_{}", std::get<0>(info.param), std::get<1>(info.param).format);
    });

TEST(CpuBackendOfRealModels, AgreesWithTheReference) {
  const std::pair<const char*, double> models[] = {{"stories260K/stories260K.gguf", 1e-6},
                                                   {"babyllama105/babyllama105.F32.gguf", 1e-6},
                                                   {"babyllama105/babyllama105.F16.gguf", 1e-6},
                                                   {"babyllama105/babyllama105.Q8_0.gguf", 1e-3},
                                                   {"babyllama105/babyllama105.Q4_0.gguf", 1e-3}};
  for (const auto& [name, bound] : models) {
    const std::string path = std::string(HOB_SHARED_DIR) + "/models/" + name;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
    SCOPED_TRACE(name);
    expect_agreement(load_model(path), bound);
  }
}

TEST(CpuBackend, TimesEveryOpOfEveryRun) {
  const model::Model model = synth_model("qwen3:tiny:q8_0");
  auto backend = *make_cpu(model, {.n_pages = 4, .time_ops = true});
  Sequence s = random_sequence(model, 9, 1);
  run_alone(*backend, s, 3);
  ASSERT_EQ(backend->op_times().size(), model.program.ops.size());
  double seconds = 0;
  for (const OpTime& time : backend->op_times()) {
    EXPECT_EQ(time.runs, 3);
    seconds += time.seconds;
  }
  EXPECT_GT(seconds, 0);
  backend->reset_op_times();
  EXPECT_EQ(backend->op_times()[0].runs, 0);
  EXPECT_TRUE((*make_cpu(model, {}))->op_times().empty());
}

TEST(CpuBackend, SaysWhatIsWrongWithItsOptions) {
  const model::Model model = synth_model("llama:tiny:f32");
  auto message = [&](const BackendOptions& options) {
    auto backend = make_cpu(model, options);
    return backend.ok() ? "" : backend.error().message;
  };
  EXPECT_NE(message({.isa = "abacus"}).find("abacus"), std::string::npos);
  EXPECT_NE(message({.n_pages = 0}).find("at least 1"), std::string::npos);
  EXPECT_NE(message({.n_threads = 0}).find("at least 1"), std::string::npos);
  EXPECT_NE(message({.n_pages = int64_t{1} << 50}).find("smaller context"), std::string::npos);
  EXPECT_NE(message({.max_batch = int64_t{1} << 50}), "");
  EXPECT_EQ(message({.n_pages = 1 << 20}), "");  // touched only as it is used
}

TEST(CpuBackend, KnowsItsPages) {
  const model::Model model = synth_model("llama:tiny:f32");
  auto backend = *make_cpu(model, {.n_pages = 5});
  EXPECT_EQ(backend->n_pages(), 5);
  uint64_t bytes = 0;
  for (const model::CacheSpec& cache : model.program.caches)
    bytes += static_cast<uint64_t>(cache.n_head_kv * (cache.head_dim_k + cache.head_dim_v) *
                                   kPageTokens) *
             2;
  EXPECT_EQ(backend->page_bytes(), bytes);
  EXPECT_EQ(backend->name(), "cpu " + std::string(kernel::available_isas()[0]));
}

}  // namespace
}  // namespace hob::backend

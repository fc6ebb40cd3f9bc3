// Once it is warm, a run of the CPU backend allocates nothing. Counts every operator new of this
// test program, but where a sanitizer has replaced it already.
#include <atomic>
#include <cstdlib>
#include <new>

#include "backend/test_model.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOB_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define HOB_TEST_SANITIZED 1
#endif
#endif

namespace {

std::atomic<int64_t> n_allocations = 0;

}  // namespace

#if !defined(HOB_TEST_SANITIZED)
void* operator new(size_t n) {
  ++n_allocations;
  void* p = std::malloc(n);
  if (p == nullptr) std::abort();
  return p;
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, size_t) noexcept {
  std::free(p);
}
#endif

namespace hob::backend {
namespace {

TEST(CpuAllocation, DecodingAllocatesNothing) {
  for (bool time_ops : {false, true}) {
    const model::Model model = synth_model("gemma2:tiny:q4_k_m", 30);
    auto backend = make_cpu(model, {.n_pages = 4, .n_threads = 2, .time_ops = time_ops});
    ASSERT_TRUE(backend.ok()) << backend.error().message;
    Sequence s = random_sequence(model, 100, 1);
    const Share prompt{&s, 60};
    run_together(**backend, {&prompt, 1});

    Batch batch{.tokens = {0},
                .positions = {0},
                .sequence = {0},
                .page_tables = {s.pages},
                .logit_rows = {0}};
    std::vector<float> logits(static_cast<size_t>(s.n_vocab));
    const int64_t before = n_allocations;
    for (size_t t = 60; t < 70; ++t) {  // into the next page
      batch.tokens[0] = s.tokens[t];
      batch.positions[0] = static_cast<int32_t>(t);
      (*backend)->run(batch, logits);
    }
    EXPECT_EQ(n_allocations, before);
#if defined(HOB_TEST_SANITIZED)
    GTEST_SKIP() << "a sanitizer owns operator new: ran, but counted nothing";
#endif
  }
}

}  // namespace
}  // namespace hob::backend

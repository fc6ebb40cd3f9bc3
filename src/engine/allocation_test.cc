// In the steady state a step of decode allocates nothing, but for the prefix cache's entry of a
// page that became full. Counts every operator new of this test program.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/engine.h"

namespace {

std::atomic<int64_t> n_allocations = 0;

}  // namespace

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

namespace hob::engine {
namespace {

// All logits are equal.
class FlatBackend : public backend::Backend {
 public:
  std::string_view name() const override { return "flat"; }
  void run(const backend::Batch&, std::span<float> logits) override {
    std::fill(logits.begin(), logits.end(), 0.0f);
  }
  void copy_page(backend::PageId, backend::PageId, int64_t) override {}
  int64_t n_pages() const override { return 100; }
  uint64_t page_bytes() const override { return 0; }
};

TEST(EngineAllocation, DecodingAllocatesNothing) {
  for (bool prefix_cache : {false, true}) {
    EngineOptions options;
    options.prefix_cache = prefix_cache;
    Engine engine(std::make_unique<FlatBackend>(), options, 1000);
    for (int i = 0; i < 3; ++i) {
      Request request;
      request.prompt.assign(65 + i, i);
      request.sampling.repeat_penalty = 1.1f;
      request.on_token = [](int32_t, Finish) { return true; };
      ASSERT_TRUE(engine.submit(std::move(request)).ok());
    }
    for (int i = 0; i < 3; ++i) engine.step();
    const int64_t before = n_allocations;
    const int n_steps = prefix_cache ? 50 : 500;  // with the cache: inside one page
    for (int i = 0; i < n_steps; ++i) engine.step();
    EXPECT_EQ(n_allocations, before);
  }
}

}  // namespace
}  // namespace hob::engine

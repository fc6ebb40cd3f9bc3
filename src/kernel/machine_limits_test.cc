#include "kernel/machine_limits.h"

#include <gtest/gtest.h>

#include "base/platform/cpu.h"

namespace hob::kernel {
namespace {

TEST(MachineLimits, AreMeasuredForEveryInstructionSet) {
  ThreadPool threads(1);
  for (std::string_view isa : available_isas()) {
    auto kernels = find_kernels(isa);
    ASSERT_TRUE(kernels);
    const MachineLimits limits = measure_limits(**kernels, threads, 0.05);
    // A processor of any kind makes a hundred million operations a second; none makes 10^15.
    for (double rate :
         {limits.read_bytes_per_second, limits.int8_ops_per_second, limits.f32_flops_per_second}) {
      EXPECT_GT(rate, 1e8) << isa;
      EXPECT_LT(rate, 1e15) << isa;
    }
    const bool has_bf16 = (*kernels)->peak_bf16 && cpu_features().avx512_bf16;
    EXPECT_EQ(limits.bf16_flops_per_second > 1e8, has_bf16) << isa;
  }
}

// An operation on one vector after the other, at the clock of a fast processor: no machine does
// more on one thread. (A compiler that sees through a peak loop does.)
TEST(MachineLimits, AreNoMoreThanAProcessorCanDo) {
  ThreadPool threads(1);
  constexpr double kMostVectorsPerSecond = 2 * 6e9;  // two a cycle at 6 GHz, 16 lanes each
  for (std::string_view isa : available_isas()) {
    auto kernels = find_kernels(isa);
    ASSERT_TRUE(kernels);
    const MachineLimits limits = measure_limits(**kernels, threads, 0.1);
    EXPECT_LT(limits.f32_flops_per_second, kMostVectorsPerSecond * 16 * 2) << isa;
    EXPECT_LT(limits.int8_ops_per_second, kMostVectorsPerSecond * 16 * 4 * 2) << isa;
    EXPECT_LT(limits.bf16_flops_per_second, kMostVectorsPerSecond * 16 * 2 * 2) << isa;
    EXPECT_LE(limits.f32_flops_per_second, limits.int8_ops_per_second) << isa;
  }
}

TEST(MachineLimits, ReadingReadsEveryByteOfWholeBlocks) {
  for (std::string_view isa : available_isas()) {
    auto kernels = find_kernels(isa);
    ASSERT_TRUE(kernels);
    std::vector<std::byte> bytes(1024);
    const uint32_t before = (*kernels)->read_all(bytes.data(), 1024);
    for (size_t at : {0, 255, 256, 777, 1023}) {
      bytes[at] = std::byte{1};
      EXPECT_NE((*kernels)->read_all(bytes.data(), 1024), before) << isa << " byte " << at;
      bytes[at] = std::byte{0};
    }
  }
}

}  // namespace
}  // namespace hob::kernel

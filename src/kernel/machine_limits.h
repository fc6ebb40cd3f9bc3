// What this machine can do at most: the denominators of every fraction that hob prints. Measured,
// not looked up.
#pragma once

#include "base/thread_pool.h"
#include "kernel/kernels.h"

namespace hob::kernel {

struct MachineLimits {
  double read_bytes_per_second = 0;  // streaming reads from memory, all threads
  double int8_ops_per_second = 0;    // 8-bit dot products, a multiply-add counts as two
  double bf16_flops_per_second = 0;  // bfloat16 dot products; 0 where the processor has none
  double f32_flops_per_second = 0;   // fused multiply-adds, counted as two
};

// Takes about `seconds` in all and 256 MiB of memory. The best of several runs: noise only makes a
// machine look slower.
MachineLimits measure_limits(const Kernels& kernels, ThreadPool& threads, double seconds = 1.0);

// Memory bandwidth alone, in the same seconds as another measurement (it can change from second to
// second on shared machines).
double measure_read_bandwidth(ThreadPool& threads, const Kernels& kernels, double seconds);

}  // namespace hob::kernel

#include "kernel/machine_limits.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

#include "base/platform/cpu.h"

namespace hob::kernel {

namespace {

constexpr int64_t kReadBytes = int64_t{256}
                               << 20;  // well beyond any cache a thread can fill in time
constexpr int kRepetitions = 5;

double seconds_of(FunctionRef<void()> work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The best rate of `work(rounds)` on all threads, in rounds per second.
template <class Work>
double best_rate(ThreadPool& threads, double seconds, Work work) {
  int64_t rounds = 1000;
  const auto run = [&] { return seconds_of([&] { threads.run([&](int) { work(rounds); }); }); };
  for (double took = run(); took < seconds / kRepetitions / 2; took = run()) rounds *= 2;
  double best = 0;
  for (int i = 0; i < kRepetitions; i++) best = std::max(best, static_cast<double>(rounds) / run());
  return best * threads.size();
}

}  // namespace

double measure_read_bandwidth(ThreadPool& threads, const Kernels& kernels, double seconds) {
  const std::vector<std::byte> memory(kReadBytes, std::byte{1});
  std::atomic<uint32_t> sink{0};
  const auto read = [&] {
    return seconds_of([&] {
      threads.parallel_for(kReadBytes, 256, [&](int64_t begin, int64_t end, int) {
        sink += kernels.read_all(memory.data() + begin, end - begin);
      });
    });
  };
  read();
  double best = 0;
  for (double spent = 0; spent < seconds;) {
    const double took = read();
    best = std::max(best, static_cast<double>(kReadBytes) / took);
    spent += took;
  }
  return best;
}

MachineLimits measure_limits(const Kernels& kernels, ThreadPool& threads, double seconds) {
  std::atomic<uint32_t> sink{0};
  const double per_round =
      16.0 * static_cast<double>(kernels.peak_chains) * 2;  // a multiply-add is two
  MachineLimits limits;
  limits.int8_ops_per_second = 4 * per_round * best_rate(threads, seconds / 3, [&](int64_t n) {
                                 sink += kernels.peak_int8(n);
                               });
  limits.f32_flops_per_second = per_round * best_rate(threads, seconds / 3, [&](int64_t n) {
                                  sink += static_cast<uint32_t>(kernels.peak_f32(n));
                                });
  if (kernels.peak_bf16 && cpu_features().avx512_bf16)
    limits.bf16_flops_per_second =
        12 * 16 * 2 * 2 * best_rate(threads, seconds / 3, [&](int64_t n) {
          sink += static_cast<uint32_t>(kernels.peak_bf16(n));
        });
  limits.read_bytes_per_second = measure_read_bandwidth(threads, kernels, seconds / 3);
  return limits;
}

}  // namespace hob::kernel

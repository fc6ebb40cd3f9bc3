#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace hob {
namespace {

TEST(ThreadPool, RunsOnEveryThreadOnce) {
  for (int n : {1, 2, 3, 8}) {
    ThreadPool pool(n);
    ASSERT_EQ(pool.size(), n);
    std::vector<int> calls(static_cast<size_t>(n), 0);  // no atomics: the barrier must order them
    std::set<std::thread::id> ids;
    std::mutex mutex;
    for (int round = 0; round < 200; ++round)
      pool.run([&](int thread) {
        ++calls[static_cast<size_t>(thread)];
        std::lock_guard lock(mutex);
        ids.insert(std::this_thread::get_id());
      });
    for (int count : calls) EXPECT_EQ(count, 200);
    EXPECT_EQ(ids.size(), static_cast<size_t>(n));
  }
}

TEST(ThreadPool, CallerIsThreadZero) {
  ThreadPool pool(3);
  std::thread::id zero;
  pool.run([&](int thread) {
    if (thread == 0) zero = std::this_thread::get_id();
  });
  EXPECT_EQ(zero, std::this_thread::get_id());
}

TEST(ThreadPool, SplitsCoverTheRangeOnce) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int64_t n : {0, 1, 7, 64, 65, 1000})
      for (int64_t grain : {1, 16, 64, 5000}) {
        std::vector<int> seen(static_cast<size_t>(n), 0);
        std::atomic<int> pieces = 0;
        pool.parallel_for(n, grain, [&](int64_t begin, int64_t end, int) {
          ++pieces;
          EXPECT_EQ(begin % grain, 0);
          EXPECT_TRUE(end % grain == 0 || end == n);
          EXPECT_LT(begin, end);
          for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
        });
        for (int count : seen) ASSERT_EQ(count, 1);
        EXPECT_LE(pieces, threads);
        const int64_t grains = (n + grain - 1) / grain;
        EXPECT_EQ(pieces, std::min<int64_t>(grains, threads));
      }
  }
}

TEST(ThreadPool, PiecesAreEven) {
  ThreadPool pool(4);
  pool.parallel_for(10 * 64, 64, [&](int64_t begin, int64_t end, int) {
    EXPECT_GE(end - begin, 2 * 64);
    EXPECT_LE(end - begin, 3 * 64);
  });
}

// Each round depends on what every thread wrote in the round before.
TEST(ThreadPool, RoundsAreBarriers) {
  constexpr int kThreads = 4;
  ThreadPool pool(kThreads);
  std::vector<int64_t> now(kThreads, 1), next(kThreads);
  for (int round = 0; round < 2000; ++round) {
    pool.run([&](int thread) {
      const auto t = static_cast<size_t>(thread);
      next[t] = (now[t] + now[(t + 1) % kThreads]) % 1000003;
    });
    std::swap(now, next);
  }
  std::vector<int64_t> expected(kThreads, 1), scratch(kThreads);
  for (int round = 0; round < 2000; ++round) {
    for (size_t t = 0; t < kThreads; ++t)
      scratch[t] = (expected[t] + expected[(t + 1) % kThreads]) % 1000003;
    std::swap(expected, scratch);
  }
  EXPECT_EQ(now, expected);
}

TEST(ThreadPool, ManyMoreThreadsThanProcessors) {
  ThreadPool pool(32);
  int64_t sum = 0;
  std::vector<int64_t> part(32);
  for (int round = 0; round < 200; ++round) {
    pool.parallel_for(3200, 1, [&](int64_t begin, int64_t end, int thread) {
      part[static_cast<size_t>(thread)] = end - begin;
    });
    for (int64_t p : part) sum += p;
  }
  EXPECT_EQ(sum, 200 * 3200);
}

TEST(ThreadPool, ComesAndGoes) {
  for (int i = 0; i < 50; ++i) {
    ThreadPool pool(4);
    if (i % 2 == 0) pool.run([](int) {});
  }
}

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// After its short spin an idle pool takes no processor time: while this thread works for half a
// second of its own, the process must not have used much more than that.
TEST(ThreadPool, IdleThreadsSleep) {
  ThreadPool pool(4);
  pool.run([](int) {});
  timespec mine;
  auto own_seconds = [&] {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mine);
    return static_cast<double>(mine.tv_sec) + 1e-9 * static_cast<double>(mine.tv_nsec);
  };
  const double own_before = own_seconds(), all_before = processor_seconds();
  while (own_seconds() - own_before < 0.3) {
  }
  const double own = own_seconds() - own_before, all = processor_seconds() - all_before;
  EXPECT_LT(all - own, 0.05);
}

}  // namespace
}  // namespace hob

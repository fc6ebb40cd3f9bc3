// One pool of threads that runs the same function on every thread, with one barrier at the end.
// Threads spin while work keeps coming and sleep when it stops. Work is split by outputs only: a
// sum never crosses threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace hob {

class ThreadPool {
 public:
  // n_threads >= 1, the caller's own thread included.
  explicit ThreadPool(int n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;

  // Calls fn(thread) once on each thread, 0 <= thread < size(), and returns when all have returned.
  // One caller at a time.
  void run(const std::function<void(int thread)>& fn);

  // Splits [0, n) into pieces that are multiples of `grain` (but for the last) and calls fn(begin,
  // end, thread).
  void parallel_for(int64_t n, int64_t grain,
                    const std::function<void(int64_t begin, int64_t end, int thread)>& fn);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hob

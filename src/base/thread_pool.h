// One pool of threads that runs the same function on every thread, with one barrier at the end.
// Threads spin while work keeps coming and sleep when it stops. Work is split by outputs only: a
// sum never crosses threads.
#pragma once

#include <cstdint>
#include <memory>

#include "base/function_ref.h"

namespace hob {

class ThreadPool {
 public:
  // n_threads >= 1, the caller's own thread included. Where the machine refuses a thread the pool
  // is smaller: ask size().
  explicit ThreadPool(int n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;

  // Calls fn(thread) once on each thread, 0 <= thread < size(), and returns when all have returned;
  // thread 0 is the caller. One caller at a time; fn must not call the pool again and must not
  // throw. Allocates nothing.
  void run(FunctionRef<void(int thread)> fn);

  // Splits [0, n) into at most size() pieces that are multiples of `grain` (but for the last), as
  // even as that allows and always in the same way, and calls fn(begin, end, thread) for each
  // piece. A single piece runs on the caller without waking anyone.
  void parallel_for(int64_t n, int64_t grain,
                    FunctionRef<void(int64_t begin, int64_t end, int thread)> fn);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hob

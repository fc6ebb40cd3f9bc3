// Workers wait for a new round number, the caller for the count of unfinished workers: both first
// spin, then yield, then sleep on a condition variable. The sleeping side announces itself before
// it looks again, the waking side publishes before it looks for sleepers (all sequentially
// consistent), so no wake-up is lost and nobody pays for a system call while all are awake.
#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/check.h"

namespace hob {
namespace {

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// How long to look before sleeping. A pause takes 10–40 ns, so the spin covers the gap between two
// ops and mostly that between two tokens. With more threads than processors a spinning thread only
// keeps another from working, so it yields at once.
struct Patience {
  int pauses, yields;
};
constexpr Patience kAlone{4000, 50};
constexpr Patience kCrowded{0, 4};

// Where threads wait for a condition on atomics that others change.
class Gate {
 public:
  template <class Ready>
  void wait(Patience patience, Ready ready) {
    for (int i = 0; i < patience.pauses; ++i) {
      if (ready()) return;
      pause();
    }
    for (int i = 0; i < patience.yields; ++i) {
      if (ready()) return;
      std::this_thread::yield();
    }
    if (ready()) return;
    std::unique_lock lock(mutex_);
    sleepers_.fetch_add(1);
    changed_.wait(lock, ready);
    sleepers_.fetch_sub(1);
  }

  // Call after the change.
  void open() {
    if (sleepers_.load() == 0) return;
    // A sleeper holds the mutex from its last look until it sleeps.
    {
      std::lock_guard lock(mutex_);
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<int> sleepers_{0};
};

}  // namespace

struct ThreadPool::State {
  // Each on its own cache line: workers spin on the first while others count down the second.
  alignas(64) std::atomic<uint32_t> round{0};
  alignas(64) std::atomic<int> unfinished{0};
  alignas(64) const FunctionRef<void(int)>* job = nullptr;  // written before the round; null = end
  Gate start, finish;
  Patience patience = kAlone;
  std::vector<std::thread> workers;

  void work(int thread) {
    for (uint32_t seen = 0;;) {
      start.wait(patience, [&] { return round.load() != seen; });
      ++seen;  // the caller starts no round before this one has ended
      if (job == nullptr) return;
      (*job)(thread);
      if (unfinished.fetch_sub(1) == 1) finish.open();
    }
  }

  void begin_round(const FunctionRef<void(int)>* fn) {
    job = fn;
    unfinished.store(static_cast<int>(workers.size()));
    round.fetch_add(1);
    start.open();
  }
};

ThreadPool::ThreadPool(int n_threads) : state_(std::make_unique<State>()) {
  HOB_CHECK(n_threads >= 1, "{} threads", n_threads);
  State& s = *state_;
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  if (static_cast<unsigned>(n_threads) > processors) s.patience = kCrowded;
  s.workers.reserve(static_cast<size_t>(n_threads - 1));
  for (int thread = 1; thread < n_threads; ++thread) {
    try {
      s.workers.emplace_back([&s, thread] { s.work(thread); });
    } catch (const std::system_error&) {
      break;  // a limit on threads; fewer still do all the work
    }
  }
}

ThreadPool::~ThreadPool() {
  state_->begin_round(nullptr);
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::size() const {
  return static_cast<int>(state_->workers.size()) + 1;
}

void ThreadPool::run(FunctionRef<void(int thread)> fn) {
  State& s = *state_;
  if (s.workers.empty()) return fn(0);
  s.begin_round(&fn);
  fn(0);
  s.finish.wait(s.patience, [&s] { return s.unfinished.load() == 0; });
}

void ThreadPool::parallel_for(int64_t n, int64_t grain,
                              FunctionRef<void(int64_t begin, int64_t end, int thread)> fn) {
  HOB_CHECK(grain >= 1 && n >= 0, "{} in grains of {}", n, grain);
  if (n == 0) return;
  const int64_t grains = (n - 1) / grain + 1;
  const int64_t pieces = std::min<int64_t>(size(), grains);
  if (pieces == 1) return fn(0, n, 0);
  run([&](int thread) {
    if (thread >= pieces) return;
    const int64_t begin = grains * thread / pieces * grain;
    const int64_t end = std::min(n, grains * (thread + 1) / pieces * grain);
    fn(begin, end, thread);
  });
}

}  // namespace hob

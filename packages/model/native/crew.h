// The threads that run a kernel side by side.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <sched.h>
#endif

#include "kernels.h"

namespace etude {

/** Threads that wait for work: awake for a moment, since the next operation mostly follows at once, then asleep. */
class Crew {
 public:
  void run(int threads, const std::function<void(const Team&)>& work) {
    std::lock_guard<std::mutex> one(running_);
    while ((int)members_.size() < threads - 1) {
      const int index = (int)members_.size() + 1;
      members_.emplace_back(new std::thread([this, index, seen = round_.load()] { wait(index, seen); }));
      members_.back()->detach();
    }
    barrier_ = {threads, 0, 0};
    leadCpu_ = currentCpu();
    if (threads > 1) {
      work_ = &work;
      threads_ = threads;
      left_.store((int)members_.size(), std::memory_order_relaxed);
      {
        std::lock_guard<std::mutex> lock(sleeping_);
        round_.fetch_add(1, std::memory_order_release);
      }
      wake_.notify_all();
    }
    work({0, threads, &barrier_});
    while (threads > 1 && left_.load(std::memory_order_acquire) > 0) std::this_thread::yield();
  }

 private:
  void wait(int index, int seen) {
    for (;;) {
      for (int spins = 0; spins < 4000 && round_.load(std::memory_order_acquire) == seen; spins++) pause();
      if (round_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(sleeping_);
        wake_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
      }
      seen++;
      keepAway(leadCpu_);
      if (index < threads_) (*work_)({index, threads_, &barrier_});
      left_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  static int currentCpu() {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
  }

  /**
   * Leaves the processor of the thread that leads. Threads that wait for each other awake look busy to the system, which
   * was seen to leave two of them on one processor, and the other one idle, for half a second.
   */
  static void keepAway(int leadCpu) {
#if defined(__linux__)
    if (currentCpu() != leadCpu) return;
    static const cpu_set_t allowed = [] {
      cpu_set_t set;
      sched_getaffinity(0, sizeof set, &set);
      return set;
    }();
    cpu_set_t others = allowed;
    CPU_CLR(leadCpu, &others);
    if (CPU_COUNT(&others) > 0) sched_setaffinity(0, sizeof others, &others);
#endif
  }

  static void pause() {
#if defined(ETUDE_X86)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  std::mutex running_;
  std::mutex sleeping_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<std::thread>> members_;
  std::atomic<int> round_{0};
  std::atomic<int> left_{0};
  const std::function<void(const Team&)>* work_ = nullptr;
  int threads_ = 1;
  int leadCpu_ = -1;
  Barrier barrier_{};
};

} // namespace etude

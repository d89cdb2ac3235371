// The threads that run a kernel side by side, and how they wait for each other. Each program includes this file once.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels.h"
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace etude {

namespace waiting {

/**
 * How long a thread waits awake: for the others of its team, which on an idle machine come within a few microseconds, and for
 * the next kernel, before which Node has something to do. To go to sleep and be woken costs about 50 microseconds. A thread
 * that another program has taken the processor from comes back after milliseconds: to wait for it awake would keep the
 * processor from others, perhaps from that very thread, and use up what the system grants to this one.
 */
struct Awake {
  std::chrono::microseconds forTeam, forWork;
};
constexpr Awake ON_IDLE_MACHINE{std::chrono::microseconds{50}, std::chrono::microseconds{200}};
constexpr Awake BESIDE_OTHERS{std::chrono::microseconds{10}, std::chrono::microseconds{0}};
std::atomic<bool> besideOthers{false};

inline const Awake& awake() { return besideOthers.load(std::memory_order_relaxed) ? BESIDE_OTHERS : ON_IDLE_MACHINE; }

// Never destroyed: threads may still wait when the process ends.
std::mutex& mutex = *new std::mutex;
std::condition_variable& wake = *new std::condition_variable;
std::atomic<int> sleepers{0};

inline void pause() {
#if defined(ETUDE_X86)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

} // namespace waiting

/** Waits while `*word` is `value`: awake for a moment, then asleep until {@link changeTo}. */
inline void waitWhile(const int* word, int value, std::chrono::microseconds awake) {
  const auto changed = [&] { return __atomic_load_n(word, __ATOMIC_SEQ_CST) != value; };
  const auto until = std::chrono::steady_clock::now() + awake;
  do {
    for (int spins = 0; spins < 32; spins++) {
      if (changed()) return;
      waiting::pause();
    }
  } while (std::chrono::steady_clock::now() < until);
  std::unique_lock<std::mutex> lock(waiting::mutex);
  // Counted before the word is read again, and the other side looks at the count after it has changed the word: so either
  // this thread sees the change, or the other side sees a sleeper.
  waiting::sleepers.fetch_add(1);
  waiting::wake.wait(lock, changed);
  waiting::sleepers.fetch_sub(1);
}

/** Changes a word that threads may wait for. */
inline void changeTo(int* word, int value) {
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
  if (waiting::sleepers.load() == 0) return;
  { std::lock_guard<std::mutex> lock(waiting::mutex); } // until whoever has read the old value is asleep
  waiting::wake.notify_all();
}

void meet(const Team& team) {
  Barrier* barrier = team.barrier;
  if (team.threads == 1) return;
  const int generation = __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) < team.threads) {
    waitWhile(&barrier->generation, generation, waiting::awake().forTeam);
    return;
  }
  __atomic_store_n(&barrier->arrived, 0, __ATOMIC_RELAXED);
  changeTo(&barrier->generation, generation + 1);
}

/**
 * Asks for short slices of the processor for this thread, 0.1 ms: no larger share of it, but sooner again. Threads that meet many times a
 * millisecond otherwise lose a whole slice of another program, about 3 ms, to each of them (sched_setattr(2); before Linux 6.12 it
 * has no effect).
 */
inline void askForShortSlices() {
#if defined(__linux__)
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes{};
  constexpr uint32_t OTHER = 0;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != OTHER) return;
  attributes.size = sizeof attributes;
  attributes.runtime = 100'000;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
#endif
}

/** Threads that are kept from one kernel to the next. */
class Crew {
 public:
  /** Runs `work` on so many threads, the calling one among them, and returns when all are done. */
  void run(int threads, const std::function<void(const Team&)>& work) {
    std::lock_guard<std::mutex> one(running_);
    if (threads > 1 && members_.empty()) askForShortSlices();
    while ((int)members_.size() < threads - 1) {
      members_.emplace_back(new Member);
      const int index = (int)members_.size();
      std::thread([this, index, member = members_.back().get()] { serve(index, member); }).detach();
    }
    work_ = &work;
    threads_ = threads;
    for (int index = 1; index < threads; index++) {
      Member& member = *members_[index - 1];
      changeTo(&member.rounds, member.rounds + 1);
    }
    const Team team{0, threads, &barrier_};
    work(team);
    meet(team);
  }

 private:
  struct Member {
    /** how often it has been called to work */
    int rounds = 0;
  };

  void serve(int index, Member* member) {
    askForShortSlices();
    for (int seen = 0;; seen++) {
      waitWhile(&member->rounds, seen, waiting::awake().forWork);
      const Team team{index, threads_, &barrier_};
      (*work_)(team);
      meet(team);
    }
  }

  std::mutex running_;
  std::vector<std::unique_ptr<Member>> members_;
  const std::function<void(const Team&)>* work_ = nullptr;
  int threads_ = 1;
  Barrier barrier_{0, 0};
};

} // namespace etude

// The limits that the runner holds itself: CPU time everywhere, memory and processes where no controller does. One timer
// for each test, set to the earliest moment at which a limit can be crossed; the decision is a pure function.
#pragma once

#include <functional>
#include <optional>

#include "hutch/evidence.h"
#include "run/clocks.h"
#include "scope/scope.h"

namespace hutch::run {

/// What to watch of one attempt.
struct WatchPlan {
    std::optional<Microseconds> cpu_time;
    std::optional<Bytes> memory; ///< set where the watchdog is the enforcer
    std::optional<std::uint64_t> processes;
    bool sample_peaks = false; ///< no memory.peak here: the figures are sampled
    unsigned cpus = 1;         ///< CPU time cannot grow faster than this
    bool nothing() const { return !cpu_time && !memory && !processes && !sample_peaks; }
};

/// How often memory and processes are sampled where no controller keeps them.
inline constexpr Microseconds sample_interval = Milliseconds(20);

/// What a sample means: which limit it crosses, if any.
std::optional<StopReason> crossed(const WatchPlan& plan, const scope::Sample& sample);

/// When to look next: at once after `sample`, no limit can be crossed before.
Microseconds next_look(const WatchPlan& plan, const scope::Sample& sample);

class ResourceWatch {
  public:
    using Crossed = std::function<void(StopReason)>;

    Result<void> start(sd::EventLoop& loop, scope::ScopeManager& manager, scope::Scope& scope, const WatchPlan& plan,
                       Crossed crossed);
    void stop() { timer_.disarm(); }
    void pause() { timer_.pause(); }
    Result<void> resume(sd::EventLoop& loop) { return timer_.resume(loop); }

  private:
    void look();

    sd::EventLoop* loop_ = nullptr;
    scope::ScopeManager* manager_ = nullptr;
    scope::Scope* scope_ = nullptr;
    WatchPlan plan_;
    Crossed crossed_;
    PausableTimer timer_;
};

} // namespace hutch::run

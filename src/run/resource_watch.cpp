#include "run/resource_watch.h"

#include <algorithm>
#include <utility>

namespace hutch::run {

namespace {

/// CPU time is accounted at scheduler ticks; looking more often than this tells nothing new.
constexpr Microseconds shortest_look = Milliseconds(10);

} // namespace

std::optional<StopReason> crossed(const WatchPlan& plan, const scope::Sample& sample)
{
    if (plan.memory && sample.memory_bytes && *sample.memory_bytes > *plan.memory) {
        return StopReason::memory_watchdog;
    }
    if (plan.processes && sample.processes && *sample.processes > *plan.processes) {
        return StopReason::pids_watchdog;
    }
    if (plan.cpu_time && sample.cpu_usec && Microseconds(*sample.cpu_usec) >= *plan.cpu_time) {
        return StopReason::cpu_time;
    }
    return std::nullopt;
}

Microseconds next_look(const WatchPlan& plan, const scope::Sample& sample)
{
    const bool sampled = plan.memory || plan.processes || plan.sample_peaks;
    Microseconds next = Microseconds::max();
    if (plan.cpu_time) {
        const Microseconds used(sample.cpu_usec.value_or(0));
        next = std::max(shortest_look, (*plan.cpu_time - used) / std::max(1U, plan.cpus));
    }
    return sampled ? std::min(next, sample_interval) : next;
}

Result<void> ResourceWatch::start(sd::EventLoop& loop, scope::ScopeManager& manager, scope::Scope& scope,
                                  const WatchPlan& plan, Crossed crossed)
{
    loop_ = &loop;
    manager_ = &manager;
    scope_ = &scope;
    plan_ = plan;
    crossed_ = std::move(crossed);
    if (plan_.nothing()) {
        return {};
    }
    return timer_.arm(loop, next_look(plan_, {}), [this] { look(); });
}

void ResourceWatch::look()
{
    const scope::Sample sample = manager_->sample(*scope_);
    if (const auto reason = crossed(plan_, sample)) {
        crossed_(*reason);
        return;
    }
    // A timer that cannot be armed costs the watch, not the run: the wall clock still holds.
    (void)timer_.arm(*loop_, next_look(plan_, sample), [this] { look(); });
}

} // namespace hutch::run

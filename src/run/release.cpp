#include "run/release.h"

#include <utility>

#include "plan/sandbox.h"

namespace hutch::run {

namespace {

template <class T> std::optional<T> value_of(const std::optional<Setting<T>>& setting)
{
    return setting ? std::optional(setting->value) : std::nullopt;
}

} // namespace

spawn::Orders orders_for(const TestSpec& test, const Enforced& admitted)
{
    const Limits& limits = test.limits;
    spawn::Orders orders;
    orders.work_dir = test.work_dir;
    orders.open_files = value_of(limits.open_files);
    orders.core_size = value_of(limits.core_size);
    orders.file_size = value_of(limits.file_size);
    if (test.sandbox) {
        const ProcessRules& process = test.sandbox->policy.process;
        orders.umask = process.umask;
        orders.nice = process.nice;
        orders.oom_score_adj = process.oom_score_adj;
    }
    // The watchdog looks every 20 ms; where the user asked for the limit, RLIMIT_DATA stops what is faster than that.
    // Not for a default: it counts address space, which sanitizers and runtimes reserve far beyond what they use.
    const auto& memory = limits.memory_max;
    if (memory && memory->origin == Origin::asked && admitted[Resource::memory] == Enforcer::watchdog) {
        orders.address_data = 2 * memory->value;
    }
    return orders;
}

WatchPlan watch_plan(const Limits& limits, const Enforced& admitted, bool sample_peaks, unsigned cpus)
{
    WatchPlan plan{.sample_peaks = sample_peaks, .cpus = cpus};
    plan.cpu_time = value_of(limits.cpu_time);
    if (admitted[Resource::memory] == Enforcer::watchdog) {
        plan.memory = value_of(limits.memory_max);
    }
    if (admitted[Resource::pids] == Enforcer::watchdog) {
        plan.processes = value_of(limits.pids_max);
    }
    return plan;
}

Enforced with_own(Enforced admitted, const Limits& limits)
{
    const std::pair<bool, std::pair<Resource, Enforcer>> own[] = {
        {limits.wall.has_value(), {Resource::wall, Enforcer::watchdog}},
        {limits.cpu_time.has_value(), {Resource::cpu_time, Enforcer::watchdog}},
        {limits.open_files.has_value(), {Resource::open_files, Enforcer::rlimit}},
        {limits.core_size.has_value(), {Resource::core_size, Enforcer::rlimit}},
        {limits.file_size.has_value(), {Resource::file_size, Enforcer::rlimit}},
    };
    for (const auto& [set, entry] : own) {
        if (set) {
            admitted.set(entry.first, entry.second);
        }
    }
    return admitted;
}

} // namespace hutch::run

#include "scope/leaf.h"

#include <algorithm>
#include <utility>

#include "scope/members.h"

namespace hutch::scope {

Limits with_room_for_init(Limits limits)
{
    if (limits.pids_max) {
        limits.pids_max->value += own_processes;
    }
    return limits;
}

std::optional<std::uint64_t> without_init(std::optional<std::uint64_t> processes)
{
    return processes ? std::optional(*processes - std::min(*processes, own_processes)) : std::nullopt;
}

Sample sample_leaf(Scope& scope, const LeafFiles& files)
{
    Sample sample{.cpu_usec = files.cpu_stat ? read_cpu_usec(*scope.dir) : std::nullopt};
    if (files.memory_current) {
        sample.memory_bytes = read_number(*scope.dir, "memory.current");
    }
    if (files.pids_current) {
        sample.processes = read_number(*scope.dir, "pids.current");
    }
    if (!files.memory_current || !files.pids_current) {
        const auto pids = scope.dir->processes_below();
        if (pids && !files.pids_current) {
            sample.processes = pids->size();
        }
        if (pids && !files.memory_current) {
            sample.memory_bytes = resident_sum(*pids);
        }
    }
    scope.memory_peak_sampled = std::max(scope.memory_peak_sampled, sample.memory_bytes.value_or(0));
    scope.pids_peak_sampled = std::max(scope.pids_peak_sampled, sample.processes.value_or(0));
    return sample;
}

void fill_evidence(const Scope& scope, Figures figures, const EnclosingOom& enclosing, Evidence& evidence)
{
    evidence.usage = with_samples(figures.usage, scope.memory_peak_sampled, scope.pids_peak_sampled);
    evidence.oom = figures.oom;
    evidence.pids_max_hits = figures.pids_max_hits;
    if (evidence.oom && evidence.oom->own_oom == 0 && evidence.oom->own_oom_kill > 0) {
        evidence.oom->enclosing_oom = enclosing.total() > scope.enclosing_oom;
    }
}

} // namespace hutch::scope

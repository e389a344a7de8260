#include "scope/leaf_files.h"

#include <array>

namespace hutch::scope {

namespace {

bool readable(const kernel::CgroupDir& leaf, const char* file)
{
    std::array<char, 64> buffer;
    return leaf.read_into(file, buffer).has_value();
}

} // namespace

LeafFiles find_leaf_files(const kernel::CgroupDir& leaf)
{
    return {
        .memory_max = leaf.has("memory.max"),
        .memory_swap_max = leaf.has("memory.swap.max"),
        .memory_oom_group = leaf.has("memory.oom.group"),
        .memory_high = leaf.has("memory.high"),
        .memory_current = readable(leaf, "memory.current"),
        .memory_peak = readable(leaf, "memory.peak"),
        .memory_events_local = readable(leaf, "memory.events.local"),
        .cpu_max = leaf.has("cpu.max"),
        .cpu_weight = leaf.has("cpu.weight"),
        .cpu_stat = readable(leaf, "cpu.stat"),
        .pids_max = leaf.has("pids.max"),
        .pids_current = readable(leaf, "pids.current"),
        .pids_peak = readable(leaf, "pids.peak"),
        .pids_events = readable(leaf, "pids.events"),
        .pids_events_local = readable(leaf, "pids.events.local"),
        .io_max = leaf.has("io.max"),
        .io_stat = readable(leaf, "io.stat"),
        .memory_pressure = readable(leaf, "memory.pressure"),
        .cpu_pressure = readable(leaf, "cpu.pressure"),
        .io_pressure = readable(leaf, "io.pressure"),
        .kill = leaf.has("cgroup.kill"),
    };
}

Enforcer enforcer_of(Resource resource, const LeafFiles& files)
{
    const auto cgroup_or = [](bool has, Enforcer otherwise) { return has ? Enforcer::cgroup : otherwise; };
    switch (resource) {
    case Resource::memory:
        return cgroup_or(files.memory_max, Enforcer::watchdog);
    case Resource::memory_high:
        return cgroup_or(files.memory_high, Enforcer::none);
    case Resource::cpu:
        return cgroup_or(files.cpu_max, Enforcer::none);
    case Resource::cpu_weight:
        return cgroup_or(files.cpu_weight, Enforcer::none);
    case Resource::pids:
        return cgroup_or(files.pids_max, Enforcer::watchdog);
    case Resource::io:
        return cgroup_or(files.io_max, Enforcer::none);
    case Resource::cpu_time:
    case Resource::wall:
        return Enforcer::watchdog;
    case Resource::open_files:
    case Resource::core_size:
    case Resource::file_size:
        return Enforcer::rlimit;
    }
    return Enforcer::none;
}

const char* deciding_file(Resource resource)
{
    switch (resource) {
    case Resource::memory:
        return "memory.max";
    case Resource::memory_high:
        return "memory.high";
    case Resource::cpu:
        return "cpu.max";
    case Resource::cpu_weight:
        return "cpu.weight";
    case Resource::pids:
        return "pids.max";
    case Resource::io:
        return "io.max";
    default:
        return "";
    }
}

} // namespace hutch::scope

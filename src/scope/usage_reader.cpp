#include "scope/usage_reader.h"

#include <array>
#include <span>
#include <utility>

#include "kernel/cgroup_files.h"

namespace hutch::scope {

namespace {

/// io.stat has a line of about 80 bytes for each device that was used.
using Buffer = std::array<char, 16384>;

/// What `parse` makes of a file; unset where it cannot be read or does not parse.
template <class Parse> auto read_as(const kernel::CgroupDir& leaf, const char* file, Parse parse)
{
    using Value = typename decltype(parse(std::string_view{}))::value_type;
    Buffer buffer; // not initialised: 16 KB of zeros for each file would cost more than the read
    const auto text = leaf.read_into(file, buffer);
    if (!text || text->size() == buffer.size()) {
        return std::optional<Value>{};
    }
    auto parsed = parse(*text);
    return parsed ? std::optional<Value>(std::move(*parsed)) : std::nullopt;
}

void read_memory(const kernel::CgroupDir& leaf, const LeafFiles& files, Figures& figures)
{
    if (files.memory_peak) {
        figures.usage.memory_peak = read_number(leaf, "memory.peak");
    }
    if (!files.memory_events_local) {
        return;
    }
    const auto own = read_as(leaf, "memory.events.local", kernel::parse_memory_events);
    if (!own) {
        return;
    }
    figures.oom = OomFacts{.own_oom = own->oom, .own_oom_kill = own->oom_kill};
    if (own->oom > 0 && own->oom_kill == 0) {
        // Our limit struck, but who was killed had moved into a cgroup of its own below: only the sum over the tree
        // has it.
        const auto tree = read_as(leaf, "memory.events", kernel::parse_memory_events);
        figures.oom->own_oom_kill = tree ? tree->oom_kill : 0;
    }
}

void read_cpu(const kernel::CgroupDir& leaf, const LeafFiles& files, Usage& usage)
{
    const auto stat = files.cpu_stat ? read_as(leaf, "cpu.stat", kernel::parse_cpu_stat) : std::nullopt;
    if (!stat) {
        return;
    }
    usage.cpu_usec = stat->usage_usec;
    usage.user_usec = stat->user_usec;
    usage.system_usec = stat->system_usec;
    usage.throttled_usec = stat->throttled_usec;
    usage.throttled = stat->nr_throttled;
}

void read_io(const kernel::CgroupDir& leaf, const LeafFiles& files, Usage& usage)
{
    const auto stat = files.io_stat ? read_as(leaf, "io.stat", kernel::parse_io_stat_total) : std::nullopt;
    if (!stat) {
        return;
    }
    usage.io_read_bytes = stat->rbytes;
    usage.io_write_bytes = stat->wbytes;
    usage.io_reads = stat->rios;
    usage.io_writes = stat->wios;
}

void read_pids(const kernel::CgroupDir& leaf, const LeafFiles& files, Figures& figures)
{
    if (files.pids_peak) {
        figures.usage.pids_peak = read_number(leaf, "pids.peak");
    }
    // Before 6.11 pids.events counts the refusals by this very cgroup's limit, which .local does from then on.
    const char* events = files.pids_events_local ? "pids.events.local" : files.pids_events ? "pids.events" : nullptr;
    const auto parsed = events ? read_as(leaf, events, kernel::parse_pids_events) : std::nullopt;
    if (parsed) {
        figures.pids_max_hits = parsed->max;
    }
}

std::optional<std::uint64_t> read_stall(const kernel::CgroupDir& leaf, bool exists, const char* file)
{
    const auto pressure = exists ? read_as(leaf, file, kernel::parse_pressure) : std::nullopt;
    return pressure ? std::optional(pressure->some.total_usec) : std::nullopt;
}

} // namespace

Figures read_figures(const kernel::CgroupDir& leaf, const LeafFiles& files)
{
    Figures figures;
    read_memory(leaf, files, figures);
    read_cpu(leaf, files, figures.usage);
    read_io(leaf, files, figures.usage);
    read_pids(leaf, files, figures);
    figures.usage.memory_stall_usec = read_stall(leaf, files.memory_pressure, "memory.pressure");
    figures.usage.cpu_stall_usec = read_stall(leaf, files.cpu_pressure, "cpu.pressure");
    figures.usage.io_stall_usec = read_stall(leaf, files.io_pressure, "io.pressure");
    return figures;
}

Usage with_samples(Usage usage, std::uint64_t memory_peak, std::uint64_t pids_peak)
{
    if (!usage.memory_peak && memory_peak > 0) {
        usage.memory_peak = memory_peak;
        usage.memory_peak_sampled = true;
    }
    if (!usage.pids_peak && pids_peak > 0) {
        usage.pids_peak = pids_peak;
    }
    return usage;
}

std::optional<std::uint64_t> read_cpu_usec(const kernel::CgroupDir& leaf)
{
    const auto stat = read_as(leaf, "cpu.stat", kernel::parse_cpu_stat);
    return stat ? std::optional(stat->usage_usec) : std::nullopt;
}

std::optional<std::uint64_t> read_number(const kernel::CgroupDir& leaf, const char* file)
{
    const auto value = read_as(leaf, file, kernel::parse_value);
    return value ? *value : std::nullopt;
}

} // namespace hutch::scope

// The text of cgroup v2 interface files ↔ values; Documentation/admin-guide/cgroup-v2.rst of the kernel is the
// reference. Pure: never opens a file. Unknown keys are skipped (kernels add some with every release); a known key
// with a malformed value is an error; a key that kernels from 6.1 on always have and that is missing is an error; any
// other is unset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"
#include "hutch/limits.h"
#include "kernel/device_number.h"

namespace hutch::kernel {

/// cgroup.events
///     populated 1
///     frozen 0
struct CgroupEvents {
    bool populated = false;     ///< a live process here or in any descendant; zombies do not count
    std::optional<bool> frozen; ///< since 5.2; the freeze is complete
    bool operator==(const CgroupEvents&) const = default;
};
Result<CgroupEvents> parse_cgroup_events(std::string_view text);

/// memory.events (descendants included) and memory.events.local (this cgroup only, since 5.2)
///     low 0
///     high 0
///     max 31
///     oom 1
///     oom_kill 2
///     oom_group_kill 1
struct MemoryEvents {
    std::uint64_t oom = 0;      ///< this cgroup's own limit was reached and nothing could be reclaimed
    std::uint64_t oom_kill = 0; ///< its processes that any OOM killer killed, also an ancestor's or the machine's
    std::optional<std::uint64_t> low, high, max;
    std::optional<std::uint64_t> oom_group_kill; ///< since 5.17
    bool operator==(const MemoryEvents&) const = default;
};
Result<MemoryEvents> parse_memory_events(std::string_view text);

/// cpu.stat; the first three are there without the cpu controller, too
///     usage_usec 258739565
///     user_usec 154882802
///     system_usec 103856762
///     nr_periods 12
///     nr_throttled 10
///     throttled_usec 512345
struct CpuStat {
    std::uint64_t usage_usec = 0, user_usec = 0, system_usec = 0;
    std::optional<std::uint64_t> nr_periods, nr_throttled, throttled_usec;
    bool operator==(const CpuStat&) const = default;
};
Result<CpuStat> parse_cpu_stat(std::string_view text);

/// One device's line of io.stat
///     8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
struct IoStat {
    DeviceNumber device;
    std::uint64_t rbytes = 0, wbytes = 0, rios = 0, wios = 0;
    bool operator==(const IoStat&) const = default;
};
Result<std::vector<IoStat>> parse_io_stat(std::string_view text);
/// The sum over all devices (device 0:0), without a vector: for the end of each test.
Result<IoStat> parse_io_stat_total(std::string_view text);

/// pids.events (since 6.11 with descendants) and pids.events.local (since 6.11)
///     max 3
struct PidsEvents {
    std::uint64_t max = 0; ///< forks that pids.max refused
    bool operator==(const PidsEvents&) const = default;
};
Result<PidsEvents> parse_pids_events(std::string_view text);

/// memory.pressure, cpu.pressure, io.pressure, /proc/pressure/*
///     some avg10=2.41 avg60=3.17 avg300=2.10 total=15862982
///     full avg10=0.00 avg60=0.00 avg300=0.00 total=0
struct PressureLine {
    double avg10 = 0, avg60 = 0, avg300 = 0; ///< percent of time stalled
    std::uint64_t total_usec = 0;
    bool operator==(const PressureLine&) const = default;
};
struct Pressure {
    PressureLine some;
    std::optional<PressureLine> full; ///< for cpu since 5.13
    bool operator==(const Pressure&) const = default;
};
Result<Pressure> parse_pressure(std::string_view text);

/// cpu.max
///     50000 100000
///     max 100000
struct CpuMax {
    std::optional<std::uint64_t> quota_usec; ///< unset: "max"
    std::uint64_t period_usec = 100000;
    std::optional<double> cpus() const
    {
        return quota_usec ? std::optional(static_cast<double>(*quota_usec) / static_cast<double>(period_usec))
                          : std::nullopt;
    }
    bool operator==(const CpuMax&) const = default;
};
Result<CpuMax> parse_cpu_max(std::string_view text);
/// 0.5 → "50000 100000". The kernel takes no quota below 1000; less is raised to it.
std::string format_cpu_max(double cpus);

/// One device's line of io.max; a rate that is unset is "max"
///     8:16 rbps=2097152 wbps=max riops=max wiops=120
struct IoMax {
    DeviceNumber device;
    std::optional<std::uint64_t> rbps, wbps, riops, wiops;
    bool operator==(const IoMax&) const = default;
};
Result<std::vector<IoMax>> parse_io_max(std::string_view text);
/// "8:16 rbps=2097152 wbps=max riops=max wiops=max": all four, so that the write replaces what was there.
std::string format_io_max(DeviceNumber device, const IoLimit& limit);

/// memory.max, memory.peak, pids.max, cpu.weight, …: one number, or "max" → unset.
Result<std::optional<std::uint64_t>> parse_value(std::string_view text);

} // namespace hutch::kernel

// The limits of one test, and who enforces each of them. Kernel file names are in the comments: they are the reference.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/units.h"

namespace hutch {

/// Where a limit came from. What was asked for fails closed; what a default profile brought degrades with a notice.
enum class Origin {
    profile, ///< the default profile
    asked,   ///< command line, configuration, metadata, or a profile that was named there
};

template <class T> struct Setting {
    T value;
    Origin origin = Origin::asked;
    bool operator==(const Setting&) const = default;
};

/// One disk's limits, as `io.max` has them; a rate that is not set is "max".
struct IoLimit {
    std::string path; ///< any path on the disk, or the device node; empty: the disk behind the work directory
    std::optional<std::uint64_t> rbps, wbps;   ///< bytes a second
    std::optional<std::uint64_t> riops, wiops; ///< operations a second
    bool operator==(const IoLimit&) const = default;
};

/// Unset means not limited.
struct Limits {
    std::optional<Setting<Bytes>> memory_max;          ///< memory.max, with memory.swap.max=0 and memory.oom.group=1
    std::optional<Setting<Bytes>> memory_high;         ///< memory.high: slows, never kills
    std::optional<Setting<double>> cpus;               ///< cpu.max in CPUs: 0.5 is "50000 100000"
    std::optional<Setting<std::uint32_t>> cpu_weight;  ///< cpu.weight, 1 to 10000, the kernel's default is 100
    std::optional<Setting<Microseconds>> cpu_time;     ///< cpu.stat usage_usec of the whole cgroup, watched by the runner
    std::optional<Setting<std::uint64_t>> pids_max;    ///< pids.max
    std::optional<Setting<std::vector<IoLimit>>> io;   ///< io.max
    std::optional<Setting<Microseconds>> wall;         ///< wall clock from release to the end of the first process
    std::optional<Setting<std::uint64_t>> open_files;  ///< RLIMIT_NOFILE, per process
    std::optional<Setting<Bytes>> core_size;           ///< RLIMIT_CORE, per process
    std::optional<Setting<Bytes>> file_size;           ///< RLIMIT_FSIZE, per process
    Microseconds grace = std::chrono::seconds(5);      ///< between SIGTERM and cgroup.kill
    std::string profile = "standard";                  ///< the profile that the unasked ones come from, "" for none
    bool operator==(const Limits&) const = default;
};

/// The smallest memory.max that is accepted: below it not even a static program is loaded, and the kernel kills the
/// child before its exec, which no message could explain.
inline constexpr Bytes memory_floor = Bytes{1} << 20;

/// What can be limited, one by one. The order is the order of reports.
enum class Resource { memory, memory_high, cpu, cpu_weight, cpu_time, pids, io, wall, open_files, core_size, file_size };
inline constexpr std::size_t resource_count = 11;

/// Who holds a limit. `none`: nobody, and the result says so.
enum class Enforcer { cgroup, rlimit, watchdog, none };

/// The stable names in events and reports: "memory", "cpu", "pids", "io", …
std::string_view to_string(Resource resource);
std::string_view to_string(Enforcer enforcer);

/// Limit → who enforced it; unset where the test had no such limit.
class Enforced {
  public:
    std::optional<Enforcer> operator[](Resource resource) const { return by_[static_cast<std::size_t>(resource)]; }
    void set(Resource resource, Enforcer enforcer) { by_[static_cast<std::size_t>(resource)] = enforcer; }
    bool operator==(const Enforced&) const = default;

  private:
    std::array<std::optional<Enforcer>, resource_count> by_{};
};

/// The resources that `limits` sets, in the order of `Resource`.
std::vector<Resource> limited(const Limits& limits);

/// Whether `resource` is set in `limits` and was asked for, not brought by the default profile.
bool asked_for(const Limits& limits, Resource resource);

} // namespace hutch

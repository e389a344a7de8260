// How many CPUs this process may use: the affinity mask and the tightest cpu.max of the enclosing cgroups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hutch::kernel {

/// At least 1. floor(cpu.max): 1.5 CPUs run one worker unthrottled, not two throttled ones. What cannot be read
/// limits nothing.
unsigned allowed_cpus();

/// CPUs of the affinity mask; at least 1.
unsigned affinity_cpus();

/// The least cpu.max of `mount_point + cgroup` and all cgroups above it up to `mount_point`; unset if none has one.
std::optional<double> tightest_cpu_max(const std::string& mount_point, std::string_view cgroup);

} // namespace hutch::kernel

// The resource profiles: five sizes of test, from pure logic to emulators, and the two special sets (safe mode, none at
// all). Values only; which one is taken, and whether the machine can hold it, is decided elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hutch/limits.h"

namespace hutch::config
{

/// One row of the table of profiles.
struct Profile {
    std::string_view name;
    Bytes memory;
    double cpus;
    Microseconds wall;
    Microseconds cpu_time;
    std::uint64_t open_files;
    std::uint64_t processes;
    std::uint64_t io_operations; ///< a second, reads and writes each, on the disk behind the work directory
    std::string_view purpose;
};

inline constexpr std::string_view default_profile = "standard";

/// All of them, from small to large.
std::span<const Profile> profiles();

/// The profile's limits, all with `origin`: `asked` where a user named it, `profile` where it is the default. Core
/// files are not written (core_size 0). A name that is not in the table is a usage error with the nearest one.
Result<Limits> profile_limits(std::string_view name, Origin origin);

/// --safe-mode: 512 MB, 30 s of CPU time, 256 files, 64 processes, all asked for; the wall clock stays the default
/// profile's.
Limits safe_mode_limits();

/// --no-limits: nothing at all, not even the wall clock.
Limits no_limits();

} // namespace hutch::config

// Fail closed, before anything starts (L-9): the limits that are wanted against what the machine can enforce. A limit
// that was asked for and that the kernel cannot hold is an error; one that only the default profile brought degrades,
// and that is said once. Pure: what the machine can do is handed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hutch/capability.h"
#include "hutch/limits.h"
#include "hutch/session.h"

namespace hutch::plan
{

/// This session's hard rlimits. A limit never raises them; unset: infinity.
struct Ceilings {
    std::optional<std::uint64_t> open_files, core_size, file_size;
};

/// What the machine can do; see machine.h.
struct Machine {
    /// What is not listed is held by nobody, but for what the runner and rlimits hold everywhere.
    std::vector<Capability> capabilities;
    Ceilings ceilings;
};

struct Feasible {
    Limits limits;                    ///< what is really written
    std::vector<Resource> unenforced; ///< what was wanted and dropped, because nobody can hold it
    std::vector<std::string> notices; ///< what a user should know once
};

/// Which of `wanted` hold on `machine`:
///   automatic     asked for and not held by the kernel → Error (exit 3) with the remedies; the rest degrades
///   required      the same, wherever the limit came from
///   if_available  everything degrades
///   off           only the wall clock is left
/// The wall clock and CPU time are watched by the runner by design, files, core and file size are rlimits by design:
/// there a watchdog or an rlimit is enforcement. For all others only the cgroup is.
Result<Feasible> feasible(const Limits& wanted, const Machine& machine, Isolation isolation);

/// `limits` without `resource`.
Limits without(Limits limits, Resource resource);

} // namespace hutch::plan

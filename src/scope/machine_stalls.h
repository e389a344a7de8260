// How long the whole machine has stalled, from /proc/pressure/memory and io. Where that stood still while a test lived, no cgroup has stalled either:
// each counts in all groups above it and in the machine's (kernel/sched/psi.c), so its own two files need not be opened.
#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "scope/leaf_files.h"
#include "scope/usage_reader.h"

namespace hutch::scope {

/// Microseconds in which some task was stalled; unset: it cannot be known.
struct Stalls {
    std::optional<std::uint64_t> memory, io;
};

class MachineStalls {
  public:
    MachineStalls(); ///< opens both; without pressure stall information nothing is known
    Stalls read() const;

  private:
    base::UniqueFd memory_, io_;
};

/// `files` without those that can only show zero, given the machine's stalls before and now; those figures are zero in `usage`.
LeafFiles without_quiet(LeafFiles files, const Stalls& before, const Stalls& now, Usage& usage);

} // namespace hutch::scope

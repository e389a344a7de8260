// What runs left behind whose runner died, and whose warden did, too: found by the run's identity in names and
// environments, killed and removed. A living run's is never touched: its owner is proved dead by boot id, pid and
// start time, and a lock that a living runner holds counts even where it cannot be seen (another PID namespace).
// Another user's is left alone unless we are root.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/units.h"

namespace hutch::scope {

/// Something of a dead run that is still there.
struct LeftAlone {
    std::string what; ///< "cgroup /sys/fs/cgroup/…/hutch-…"
    std::string why;  ///< "belongs to uid 1001"
    bool operator==(const LeftAlone&) const = default;
};

struct SweepReport {
    std::vector<std::string> swept; ///< "cgroup /sys/fs/cgroup/…/hutch-…: 3 processes killed"
    std::vector<LeftAlone> left;
    void add(SweepReport more);
};

/// Children of these cgroup directories, or with `deep` everything below them: nodes, scopes and slices of dead runs.
SweepReport sweep_cgroups(const std::vector<std::string>& parents, bool deep);

/// `hutch clean` waits for what it kills as long as a run waits for a test; a run that is about to begin does not wait
/// for what is stuck in the kernel.
inline constexpr Microseconds patience_of_clean = std::chrono::seconds(5);
inline constexpr Microseconds patience_at_start = std::chrono::seconds(1);

/// Processes with the HUTCH_RUN_ID of a dead run in their environment: what is left of runs without cgroups.
SweepReport sweep_processes(Microseconds patience);

/// Directories hutch-<run id> of dead runs in `parent`.
SweepReport sweep_temp_dirs(const std::string& parent);

struct Chosen;

/// For the start of every run, cheap when there is nothing: cgroups beside our own node, directories in
/// `temp_parent`, and, on the rung without cgroups or where a dead run's directory shows that there was one,
/// processes.
SweepReport sweep_at_start(const Chosen& chosen, const std::string& temp_parent);

/// For `hutch clean`: the whole hierarchy, all processes, and $TMPDIR; and where dead runs had emptied our own home,
/// it is refilled.
SweepReport sweep_everything(const std::string& temp_parent);

/// Held by whoever owns a run's directory, so that no sweep takes it for a dead run's: in another PID namespace with the
/// same /tmp, say, a living owner looks dead. Released with the descriptor. Some file systems have no such locks.
Result<void> lock_run_directory(base::BorrowedFd directory);

} // namespace hutch::scope

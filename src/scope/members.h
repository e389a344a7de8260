// Processes by number, as cgroup.procs and /proc list them: which of them live, what they hold, and how one is killed
// without ever hitting a stranger that got the number meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "hutch/error.h"

namespace hutch::scope {

/// Without zombies and without those that are gone.
std::vector<int> live_only(std::vector<int> pids);

/// The sum of resident memory; shared pages count for each process that has them. Unset if none could be read.
std::optional<std::uint64_t> resident_sum(const std::vector<int>& pids);

/// CPU time of `pids` and of the children that they waited for, in microseconds: for a whole tree with its zombies,
/// all of it. Unset if none could be read. In steps of a clock tick (10 ms).
std::optional<std::uint64_t> cpu_sum(const std::vector<int>& pids);

/// Whether a process is (still) one that may be signalled; asked after its pidfd is open, so that the answer stays
/// true.
using StillOurs = std::function<bool(int pid)>;

/// `signal` to each of `pids` that is `still_ours`, through a pidfd. Those that are gone are no error; the first
/// other error is returned after all were tried.
Result<void> signal_each(const std::vector<int>& pids, int signal, const StillOurs& still_ours);

} // namespace hutch::scope

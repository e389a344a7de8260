// Processes that are still there: who they are, in bounded words.
#pragma once

#include <string>
#include <vector>

#include "hutch/outcome.h"
#include "kernel/process.h"

namespace hutch::run {

/// Whether one of a few was forked a moment ago and has executed nothing yet: the child of a shell that ended right after
/// `daemon &` would be listed by the shell's name, not by the daemon's. False where there are many.
bool are_about_to_execute(const std::vector<int>& pids);
/// `now` as start_time: ticks since boot.
bool is_about_to_execute(const kernel::ProcessStat& process, std::uint64_t now);

/// At most 256 of them are described; one that has gone meanwhile is left out.
std::vector<Leak> describe_leftovers(const std::vector<int>& pids);

/// For those that no signal ends: state, where they sleep in the kernel, and its stack where we may read it.
std::string describe_unkillable(const std::vector<int>& pids);

} // namespace hutch::run

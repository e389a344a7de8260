// Processes that are still there: who they are, in bounded words.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/outcome.h"
#include "kernel/process.h"

namespace hutch::run {

/// Whether one of a few was forked a moment ago and has executed nothing yet: the child of a shell that ended right after
/// `daemon &` would be listed by the shell's name, not by the daemon's. False where there are many.
bool are_about_to_execute(const std::vector<int>& pids);
/// `now` as start_time: ticks since boot.
bool is_about_to_execute(const kernel::ProcessStat& process, std::uint64_t now);

struct Leftovers {
    std::vector<Leak> described; ///< at most 256
    std::size_t count = 0;       ///< all of them
};

/// Where list_leftovers() looks. The defaults are /proc; a test of races puts other things there.
struct LeftoverSources {
    std::function<Result<std::vector<int>>()> members; ///< who is in the scope now; zombies may be left out
    std::function<bool()> populated;                   ///< whether anybody is
    std::function<std::optional<kernel::ProcessStat>(int)> stat = kernel::process_stat;
    std::function<std::optional<Leak>(int)> describe = kernel::describe_process;
};

/// Who is left in a scope. What ends by itself, or by our SIGTERM, is not left behind, though the kernel may need another moment
/// for it. But of a chain of forks, where each one ends when it has made the next, a single look finds those only who are
/// ending: so we look again while anybody is there. If nobody is ever caught alive although there are new ones at the last
/// look, too, they count as one.
Result<Leftovers> list_leftovers(const LeftoverSources& sources);

/// For those that no signal ends: state, where they sleep in the kernel, and its stack where we may read it.
std::string describe_unkillable(const std::vector<int>& pids);

} // namespace hutch::run

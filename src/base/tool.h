// Runs a helper program (ctest, meson) to its end and returns what it wrote. Responsible for: bounded output, a bounded time, nothing left
// behind in its process group. Never for a test: no cgroup, no limits, no policy.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/units.h"

namespace hutch::base {

struct ToolOutput {
    int exit_code = 0;
    std::string out, err; ///< bytes as they came
};

/// Runs `argv` in `cwd` ("": here); argv[0] without a slash is looked for in PATH. The environment is ours, standard input is /dev/null, no
/// other descriptor of ours is open in it, signals are as at birth (none blocked, none ignored). It runs in a process group of its own: the
/// terminal's Ctrl-C does not reach it, and what is left of the group at the end is killed. (What leaves the group is not followed.)
///
/// Any exit code is a result. An Error: it cannot be started (code: errno), it wrote more than `most_bytes` on one stream (EFBIG), it ran
/// longer than `timeout` (ETIMEDOUT), or a signal ended it. Output counts until the program itself ends: a descendant that keeps the
/// streams open is not waited for.
Result<ToolOutput> run_tool(const std::vector<std::string>& argv, const std::string& cwd, std::size_t most_bytes, Milliseconds timeout);

} // namespace hutch::base

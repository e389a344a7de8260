// What hutch's own exit codes mean; docs and man page have the same table. Scripts rely on it: nothing here ever changes.
#pragma once

namespace hutch::cli {

// `hutch run` and everything but `hutch exec`
inline constexpr int exit_ok = 0;       ///< all selected tests passed
inline constexpr int exit_failed = 1;   ///< at least one test did not
inline constexpr int exit_usage = 2;    ///< command line, configuration, metadata or filter
inline constexpr int exit_machine = 3;  ///< hutch or the machine failed: an asked limit cannot be enforced, a full disk
inline constexpr int exit_no_tests = 4; ///< no test was selected
inline constexpr int exit_signal_base = 128; ///< + signal: 129, 130, 143, after clean-up; 141 where the reader has gone

// `hutch exec`: the command's own code, 128 + signal, and as timeout(1) and env(1) have it:
inline constexpr int exit_timeout = 124;
inline constexpr int exit_no_box = 125; ///< the box could not be set up
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;

} // namespace hutch::cli

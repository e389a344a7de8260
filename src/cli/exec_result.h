// What `hutch exec` answers to a finished command: an exit code as timeout(1), env(1) and shells have it, and why.
#pragma once

#include <string>

#include "run/engine.h"

namespace hutch::cli {

/// Pure. The command's own code; 128 + n for a signal; 124 where a clock stopped it, 137 where memory or processes did;
/// 125, 126, 127 where it did not start; 1 for a success that left processes behind under --leak=fail.
int exec_exit_code(const run::OneResult& result);

} // namespace hutch::cli

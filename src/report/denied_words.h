// The system calls that a filter denied, in words.
#pragma once

#include <string>

#include "hutch/outcome.h"

namespace hutch::report {

/// "denied ptrace (101, @debug) of pid 4711 'strace'", several with commas; "" where none is known.
std::string denied_calls(const Outcome& outcome);

/// The sentence of Cause::denied_syscall: the calls, `ending` (how the test ended), the policy, and the flag that allows them.
std::string denied_words(const Outcome& outcome, const std::string& ending);

} // namespace hutch::report

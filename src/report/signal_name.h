// The names of signals, the only spelling of them in the project's output.
#pragma once

#include <string>

namespace hutch::report {

/// 11 → "SIGSEGV", 35 → "SIGRTMIN+1", 77777 → "signal 77777".
std::string signal_name(int signal);

} // namespace hutch::report

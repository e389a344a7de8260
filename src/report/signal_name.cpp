#include "report/signal_name.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

namespace hutch::report {

std::string signal_name(int signal)
{
    if (const char* name = sigabbrev_np(signal)) {
        return fmt::format("SIG{}", name);
    }
    if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
        return signal == SIGRTMIN ? "SIGRTMIN" : fmt::format("SIGRTMIN+{}", signal - SIGRTMIN);
    }
    return fmt::format("signal {}", signal);
}

} // namespace hutch::report

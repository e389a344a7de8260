#include "cli/exec_result.h"

#include <cerrno>
#include <csignal>

#include "cli/exit_codes.h"

namespace hutch::cli {

namespace {

int own_code(const Outcome& outcome)
{
    if (outcome.signal) {
        return exit_signal_base + *outcome.signal;
    }
    return outcome.exit_code.value_or(exit_no_box);
}

int not_started_code(int start_errno)
{
    if (start_errno == 0) {
        return exit_no_box;
    }
    return start_errno == ENOENT || start_errno == ENOTDIR ? exit_not_found : exit_not_executable;
}

} // namespace

int exec_exit_code(const run::OneResult& result)
{
    const Outcome& outcome = result.outcome;
    switch (outcome.cause) {
    case Cause::exit_zero:
    case Cause::exit_skip:
    case Cause::exit_hard_error:
    case Cause::exit_nonzero:
    case Cause::died_by_signal:
    case Cause::pids_max:
    case Cause::denied_syscall:
        return own_code(outcome); // the command saw EAGAIN and made its own of it
    case Cause::wall_clock:
    case Cause::cpu_time:
        return exit_timeout;
    case Cause::memory_own:
    case Cause::memory_watchdog:
    case Cause::memory_enclosing:
    case Cause::memory_machine:
    case Cause::pids_watchdog:
        return exit_signal_base + SIGKILL;
    case Cause::leaked:
        return exit_failed;
    case Cause::not_started:
        return not_started_code(result.start_errno);
    case Cause::unkillable:
        return exit_no_box;
    case Cause::cancelled:
        return result.signal != 0 ? exit_signal_base + result.signal : own_code(outcome);
    default:
        break; // what a suite or a protocol says: a command has none
    }
    return exit_no_box;
}

} // namespace hutch::cli

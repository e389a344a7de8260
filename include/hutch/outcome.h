// How an attempt ended. Facts (Evidence) are judged into an Outcome by hutch::run::judge() and told in words by
// hutch::report::describe(); nowhere else. docs/outcomes.md has the whole table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/cases.h"
#include "hutch/limits.h"
#include "hutch/policy.h"

namespace hutch {

/// The vocabulary of verdicts. `error` is never the test's fault.
enum class Verdict {
    pass, fail, skip, planned, timeout, oom, limit, crash, denied, leak, error, cancelled, flaky, blocked
};
std::string_view to_string(Verdict verdict);

/// Figures the kernel kept for the attempt's scope. Unset is "not known", which is not zero.
struct Usage {
    std::optional<std::uint64_t> memory_peak;    ///< memory.peak, bytes, page cache included
    bool memory_peak_sampled = false;            ///< the kernel has no memory.peak: highest of samples
    std::optional<std::uint64_t> cpu_usec;       ///< cpu.stat usage_usec
    std::optional<std::uint64_t> user_usec;      ///< cpu.stat user_usec
    std::optional<std::uint64_t> system_usec;    ///< cpu.stat system_usec
    std::optional<std::uint64_t> throttled_usec; ///< cpu.stat throttled_usec
    std::optional<std::uint64_t> throttled;      ///< cpu.stat nr_throttled: periods
    std::optional<std::uint64_t> io_read_bytes;  ///< io.stat rbytes, all devices
    std::optional<std::uint64_t> io_write_bytes; ///< io.stat wbytes
    std::optional<std::uint64_t> io_reads;       ///< io.stat rios
    std::optional<std::uint64_t> io_writes;      ///< io.stat wios
    std::optional<std::uint64_t> pids_peak;      ///< pids.peak, or highest of samples
    std::optional<std::uint64_t> memory_stall_usec; ///< memory.pressure some total
    std::optional<std::uint64_t> cpu_stall_usec;    ///< cpu.pressure some total
    std::optional<std::uint64_t> io_stall_usec;     ///< io.pressure some total
    bool operator==(const Usage&) const = default;
};

/// A process that was still alive when the test's first process had ended.
struct Leak {
    int pid = 0;
    std::string comm;    ///< /proc/PID/comm
    std::string cmdline; ///< /proc/PID/cmdline with spaces for NULs, at most 256 bytes; the comm in brackets if empty
    bool operator==(const Leak&) const = default;
};

/// A system call that the policy's filter did not let through, as user notification or the fatal signal told it.
struct DeniedCall {
    int number = 0;   ///< in the native table of system calls
    std::string name; ///< what the policy decided about: "ptrace", "clone:CLONE_NEWUSER"; "" where the number has no name
    std::string rule; ///< as the policy has it: "ptrace", "@debug"; "" where its default decided, or that is not known
    int pid = 0;      ///< of the thread that called, in the runner's PID namespace; 0: not known
    std::string comm; ///< /proc/PID/comm; "": not known
    bool operator==(const DeniedCall&) const = default;
};

/// What ended the attempt, finer than the verdict. docs/outcomes.md has a row for each.
enum class Cause {
    exit_zero,        ///< pass
    exit_skip,        ///< skip: one of skip_codes
    exit_hard_error,  ///< error: 99
    exit_nonzero,     ///< fail
    died_by_signal,   ///< crash: a signal that hutch did not send
    wall_clock,       ///< timeout
    cpu_time,         ///< limit
    memory_own,       ///< oom: the test's own memory.max
    memory_watchdog,  ///< oom: the sum of resident memory, seen by the runner's watchdog
    memory_enclosing, ///< error: a limit above the test's
    memory_machine,   ///< error: the machine ran out
    pids_max,         ///< limit: fork was refused by pids.max and the test did not pass
    pids_watchdog,    ///< limit: too many processes, seen by the runner's watchdog
    denied_syscall,   ///< denied: a system call was denied and the test did not pass
    leaked,           ///< leak: passed, but left processes and --leak=fail
    not_started,      ///< error: prepare, spawn, admission or exec went wrong; `detail` says which
    unkillable,       ///< error: still populated 5 s after cgroup.kill; `detail` has the /proc state
    cancelled,        ///< cancelled: interrupt or --fail-fast
    case_failed,      ///< fail: exit 0, but cases failed
    protocol_broken,  ///< fail, of meson's TAP error: exit 0, but the output is not what its protocol demands; `cases->complaint`
    file_skipped,     ///< skip: the protocol says so of the whole file, or all its cases were skipped
    cases_planned,    ///< planned: no case is more than that
    output_fail,      ///< fail: a fail_if expression matches what it wrote
    output_pass,      ///< pass: a pass_if expression does, whatever the exit code
    output_no_pass,   ///< fail: none of the pass_if expressions does
    output_skip,      ///< skip: a skip_if expression does
    expected_failure, ///< pass: will_fail, and it failed
    unexpected_pass,  ///< fail: will_fail, and it passed
    said_skip,        ///< skip: not started, because its metadata or the project file say so; `detail` why
    said_planned,     ///< planned: the same
    dependency,       ///< blocked: not started, because what it depends on did not pass; `detail` names it
    not_available,    ///< error: not started, because something that it needs is not there; `detail` what
};
inline constexpr std::size_t cause_count = 32;
std::string_view to_string(Cause cause);

struct Outcome {
    Verdict verdict = Verdict::error;
    Cause cause = Cause::not_started;
    std::optional<int> exit_code;
    std::optional<int> signal;
    bool core_dumped = false;
    Microseconds duration{0};
    Usage usage;
    std::vector<Leak> leaked;             ///< at most 256 are listed
    std::size_t leaked_count = 0;         ///< all of them
    Enforced enforced;
    bool pids_limit_hit = false;          ///< pids.events.local max > 0, whatever the verdict
    std::uint64_t oom_kills = 0;          ///< memory.events.local oom_kill
    std::string policy;                   ///< the policy's name; "" where there was none
    Held isolation;                       ///< what of the policy was held, and by whom
    std::vector<DeniedCall> denied;       ///< at most 16 are listed, the first ones, each (name, command) once
    std::size_t denied_count = 0;         ///< all of them
    std::vector<std::string> tampered;    ///< "memory.max: 512M was 64M", "left its cgroup: pid 17 'x' is in /…"
    std::string detail;                   ///< of not_started, unkillable, and of what was not started
    std::shared_ptr<const CaseReport> cases; ///< what its protocol told; null: nothing was read
    bool operator==(const Outcome&) const = default;
};

/// Whether a run with this verdict in it can still exit 0.
bool is_success(Verdict verdict);

} // namespace hutch

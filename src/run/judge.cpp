#include "run/judge.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace hutch::run {

namespace {

struct Finding {
    Verdict verdict;
    Cause cause;
};

constexpr int hard_error_code = 99; // GNU automake's convention

std::optional<Finding> judge_oom(const std::optional<OomFacts>& oom)
{
    if (!oom || oom->own_oom_kill == 0) {
        return std::nullopt;
    }
    // memory.events.local: a scope's own limit raises oom and oom_kill; a limit above it, or the machine, only oom_kill.
    if (oom->own_oom > 0) {
        return Finding{Verdict::oom, Cause::memory_own};
    }
    return Finding{Verdict::error, oom->enclosing_oom ? Cause::memory_enclosing : Cause::memory_machine};
}

Finding judge_stop(StopReason reason)
{
    switch (reason) {
    case StopReason::wall_clock:
        return {Verdict::timeout, Cause::wall_clock};
    case StopReason::cpu_time:
        return {Verdict::limit, Cause::cpu_time};
    case StopReason::memory_watchdog:
        return {Verdict::oom, Cause::memory_watchdog};
    case StopReason::pids_watchdog:
        return {Verdict::limit, Cause::pids_watchdog};
    case StopReason::cancelled:
        break;
    }
    return {Verdict::cancelled, Cause::cancelled};
}

/// Died by a signal, and the filter had a part in it: SIGSYS is its own signal; any other is what the test made of EPERM.
bool denied_by_filter(const Evidence& evidence)
{
    const auto& signal = evidence.exit->signal;
    return signal && (evidence.denied_count > 0 || (evidence.filtered && *signal == SIGSYS));
}

Finding judge_exit(const Evidence& evidence, const Rules& rules)
{
    const ExitStatus& exit = *evidence.exit;
    const bool fork_refused = evidence.pids_max_hits.value_or(0) > 0;
    if (denied_by_filter(evidence)) {
        return {Verdict::denied, Cause::denied_syscall};
    }
    if (exit.signal) {
        // Nobody in the test's scope has a reason to be killed by SIGKILL that is not its own doing, but it may have
        // come from outside of it; the test's own kill -9 looks the same, so it is told as what it is: a signal.
        return {Verdict::crash, Cause::died_by_signal};
    }
    const int code = exit.code.value_or(0);
    if (code == 0) {
        const bool counts = evidence.leaked_count > 0 && rules.leak == LeakPolicy::fail;
        return counts ? Finding{Verdict::leak, Cause::leaked} : Finding{Verdict::pass, Cause::exit_zero};
    }
    if (std::ranges::find(rules.skip_codes, code) != rules.skip_codes.end()) {
        return {Verdict::skip, Cause::exit_skip};
    }
    if (fork_refused) {
        return {Verdict::limit, Cause::pids_max};
    }
    if (evidence.denied_count > 0) {
        return {Verdict::denied, Cause::denied_syscall};
    }
    if (code == hard_error_code) {
        return {Verdict::error, Cause::exit_hard_error};
    }
    return {Verdict::fail, Cause::exit_nonzero};
}

Finding find(const Evidence& evidence, const Rules& rules)
{
    if (!evidence.unkillable.empty()) {
        return {Verdict::error, Cause::unkillable};
    }
    // A child that an OOM kill took while it was held did not start either, but the limit is the better word for it.
    if (const auto oom = judge_oom(evidence.oom); oom && evidence.stopped != StopReason::cancelled) {
        return *oom;
    }
    if (!evidence.start_failure.empty()) {
        return {Verdict::error, Cause::not_started};
    }
    if (evidence.stopped) {
        return judge_stop(*evidence.stopped);
    }
    if (!evidence.exit) {
        return {Verdict::error, Cause::not_started};
    }
    return judge_exit(evidence, rules);
}

} // namespace

Outcome judge(const Evidence& evidence, const Rules& rules)
{
    const Finding finding = find(evidence, rules);
    Outcome outcome;
    outcome.verdict = finding.verdict;
    outcome.cause = finding.cause;
    if (evidence.exit) {
        outcome.exit_code = evidence.exit->code;
        outcome.signal = evidence.exit->signal;
        outcome.core_dumped = evidence.exit->core_dumped;
    }
    outcome.duration = evidence.duration;
    outcome.usage = evidence.usage;
    outcome.leaked = evidence.leaked;
    outcome.leaked_count = evidence.leaked_count;
    outcome.enforced = evidence.enforced;
    outcome.pids_limit_hit = evidence.pids_max_hits.value_or(0) > 0;
    outcome.oom_kills = evidence.oom ? evidence.oom->own_oom_kill : 0;
    outcome.policy = evidence.policy;
    outcome.isolation = evidence.isolation;
    outcome.denied = evidence.denied;
    outcome.denied_count = evidence.denied_count;
    outcome.tampered = evidence.tampered;
    outcome.detail = evidence.unkillable.empty() ? evidence.start_failure : evidence.unkillable;
    return outcome;
}

} // namespace hutch::run

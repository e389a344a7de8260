#include "run/judge.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "protocol/tap.h"

namespace hutch::run {

namespace {

struct Finding {
    Verdict verdict;
    Cause cause;
};

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

/// What the expressions over the output say, in ctest's order; unset: nothing.
std::optional<Finding> judge_matches(const Evidence& evidence, const ExitRules& rules)
{
    if (evidence.matches.fail) {
        return Finding{Verdict::fail, Cause::output_fail};
    }
    if (rules.pass_if.empty()) {
        return std::nullopt;
    }
    return evidence.matches.pass ? Finding{Verdict::pass, Cause::output_pass} : Finding{Verdict::fail, Cause::output_no_pass};
}

/// meson's reading of TAP: an exit code is no verdict, but an error; all skipped, or no case at all, is a skip, even before "Bail out!" or
/// with a plan; whatever else is wrong with the output is an error, but for a missing plan; a TODO that passed is a failure.
Finding judge_meson_tap(int code, const CaseReport& report)
{
    if (code != 0) {
        return {Verdict::error, Cause::exit_hard_error};
    }
    if (report.passed + report.failed + report.planned == 0) {
        return {Verdict::skip, Cause::file_skipped};
    }
    if (!report.complaint.empty() && !protocol::only_lacks_plan(report)) {
        return {Verdict::error, Cause::protocol_broken};
    }
    const bool failed = report.failed > 0 || protocol::has_passed_todo(report);
    return failed ? Finding{Verdict::fail, Cause::case_failed} : Finding{Verdict::pass, Cause::exit_zero};
}

/// Exit 0, and cases were told.
std::optional<Finding> judge_cases(const CaseReport& report)
{
    if (report.failed > 0) {
        return Finding{Verdict::fail, Cause::case_failed};
    }
    if (!report.complaint.empty()) {
        return Finding{Verdict::fail, Cause::protocol_broken};
    }
    if (!report.skip_reason.empty() || (report.passed == 0 && report.skipped > 0)) {
        return Finding{Verdict::skip, Cause::file_skipped};
    }
    if (report.passed == 0 && report.planned > 0) {
        return Finding{Verdict::planned, Cause::cases_planned};
    }
    return std::nullopt;
}

Finding judge_code(int code, const Evidence& evidence, const Rules& rules)
{
    if (code == 0) {
        const auto told = evidence.cases ? judge_cases(*evidence.cases) : std::nullopt;
        return told.value_or(Finding{Verdict::pass, Cause::exit_zero});
    }
    if (evidence.pids_max_hits.value_or(0) > 0) {
        return {Verdict::limit, Cause::pids_max};
    }
    if (evidence.denied_count > 0) {
        return {Verdict::denied, Cause::denied_syscall};
    }
    if (code == rules.exit.error_code) {
        return {Verdict::error, Cause::exit_hard_error};
    }
    return {Verdict::fail, Cause::exit_nonzero};
}

bool is_skip_code(int code, const ExitRules& rules)
{
    return std::ranges::find(rules.skip_codes, code) != rules.skip_codes.end();
}

/// Ended by itself. A skip is one whatever was written, unless cases failed; ctest's skip code may be 0.
Finding judge_ended(int code, const Evidence& evidence, const Rules& rules)
{
    const bool cases_failed = evidence.cases && evidence.cases->failed > 0;
    if (is_skip_code(code, rules.exit) && !cases_failed) {
        return {Verdict::skip, Cause::exit_skip};
    }
    if (evidence.matches.skip) {
        return {Verdict::skip, Cause::output_skip};
    }
    if (rules.exit.tap_as_meson && evidence.cases) {
        return judge_meson_tap(code, *evidence.cases);
    }
    const auto matched = judge_matches(evidence, rules.exit);
    return matched ? *matched : judge_code(code, evidence, rules);
}

/// A failure that was wanted is a pass, and the other way round. A signal is no such failure where TAP is read as meson reads it.
Finding inverted(Finding finding, const ExitRules& rules)
{
    const bool by_signal = rules.will_fail_by_signal && !rules.tap_as_meson;
    const bool failed = finding.verdict == Verdict::fail || (finding.verdict == Verdict::crash && by_signal);
    if (!rules.will_fail || (!failed && finding.verdict != Verdict::pass)) {
        return finding;
    }
    return failed ? Finding{Verdict::pass, Cause::expected_failure} : Finding{Verdict::fail, Cause::unexpected_pass};
}

Finding judge_exit(const Evidence& evidence, const Rules& rules)
{
    const ExitStatus& exit = *evidence.exit;
    if (denied_by_filter(evidence)) {
        return {Verdict::denied, Cause::denied_syscall};
    }
    // Nobody in the test's scope has a reason to be killed by SIGKILL that is not its own doing, but it may have
    // come from outside of it; the test's own kill -9 looks the same, so it is told as what it is: a signal.
    const Finding finding =
        exit.signal ? Finding{Verdict::crash, Cause::died_by_signal} : judge_ended(exit.code.value_or(0), evidence, rules);
    const Finding wanted = inverted(finding, rules.exit);
    const bool leaked = evidence.leaked_count > 0 && rules.leak == LeakPolicy::fail;
    return leaked && wanted.verdict == Verdict::pass ? Finding{Verdict::leak, Cause::leaked} : wanted; // whatever made it a pass
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
    if (!evidence.exit || (!evidence.exit->code && !evidence.exit->signal)) { // what is not known is no pass
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
    outcome.cases = evidence.cases;
    outcome.detail = evidence.unkillable.empty() ? evidence.start_failure : evidence.unkillable;
    return outcome;
}

} // namespace hutch::run

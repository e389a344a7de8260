// The judge's table, row by row, and the promises that hold for any evidence at all.

#include "run/judge.h"

#include <csignal>
#include <random>

#include <gtest/gtest.h>

namespace hutch::run {
namespace {

const ExitRules two_skip_codes = {.skip_codes = {77, 4}};

Outcome judged(const Evidence& evidence, LeakPolicy leak = LeakPolicy::report)
{
    return judge(evidence, Rules{.exit = two_skip_codes, .leak = leak});
}

Evidence ended(int code)
{
    Evidence evidence;
    evidence.exit = ExitStatus{.code = code};
    return evidence;
}

Evidence signalled(int signal)
{
    Evidence evidence;
    evidence.exit = ExitStatus{.signal = signal};
    return evidence;
}

#define EXPECT_JUDGED(evidence, expected_verdict, expected_cause)                                                      \
    do {                                                                                                               \
        const Outcome outcome = judged(evidence);                                                                      \
        EXPECT_EQ(to_string(outcome.verdict), to_string(expected_verdict));                                            \
        EXPECT_EQ(to_string(outcome.cause), to_string(expected_cause));                                                \
    } while (false)

TEST(Judge, ExitCodes)
{
    EXPECT_JUDGED(ended(0), Verdict::pass, Cause::exit_zero);
    EXPECT_JUDGED(ended(77), Verdict::skip, Cause::exit_skip);
    EXPECT_JUDGED(ended(4), Verdict::skip, Cause::exit_skip);
    EXPECT_JUDGED(ended(99), Verdict::error, Cause::exit_hard_error);
    EXPECT_JUDGED(ended(1), Verdict::fail, Cause::exit_nonzero);
    EXPECT_JUDGED(ended(139), Verdict::fail, Cause::exit_nonzero);
}

TEST(Judge, ASignalThatNobodySentIsACrash)
{
    EXPECT_JUDGED(signalled(SIGSEGV), Verdict::crash, Cause::died_by_signal);
    EXPECT_JUDGED(signalled(SIGKILL), Verdict::crash, Cause::died_by_signal);
}

TEST(Judge, ThreeKindsOfOom)
{
    Evidence own = signalled(SIGKILL);
    own.oom = OomFacts{.own_oom = 1, .own_oom_kill = 1};
    EXPECT_JUDGED(own, Verdict::oom, Cause::memory_own);

    Evidence enclosing = signalled(SIGKILL);
    enclosing.oom = OomFacts{.own_oom_kill = 1, .enclosing_oom = true};
    EXPECT_JUDGED(enclosing, Verdict::error, Cause::memory_enclosing);

    Evidence machine = signalled(SIGKILL);
    machine.oom = OomFacts{.own_oom_kill = 1};
    EXPECT_JUDGED(machine, Verdict::error, Cause::memory_machine);
}

TEST(Judge, ReclaimThatFreedEnoughIsNoOom)
{
    Evidence reclaimed = ended(0);
    reclaimed.oom = OomFacts{.own_oom = 3};
    EXPECT_JUDGED(reclaimed, Verdict::pass, Cause::exit_zero);
}

TEST(Judge, AnOomKillInAChildIsSeenThoughTheTestExitsZero)
{
    Evidence child = ended(0);
    child.oom = OomFacts{.own_oom = 1, .own_oom_kill = 1};
    EXPECT_JUDGED(child, Verdict::oom, Cause::memory_own);
}

TEST(Judge, StopsCarryTheirReason)
{
    const std::pair<StopReason, std::pair<Verdict, Cause>> rows[] = {
        {StopReason::wall_clock, {Verdict::timeout, Cause::wall_clock}},
        {StopReason::cpu_time, {Verdict::limit, Cause::cpu_time}},
        {StopReason::memory_watchdog, {Verdict::oom, Cause::memory_watchdog}},
        {StopReason::pids_watchdog, {Verdict::limit, Cause::pids_watchdog}},
        {StopReason::cancelled, {Verdict::cancelled, Cause::cancelled}},
    };
    for (const auto& [reason, expected] : rows) {
        Evidence evidence = ended(0); // it caught SIGTERM and exited 0: no pass for all that
        evidence.stopped = reason;
        EXPECT_JUDGED(evidence, expected.first, expected.second);
    }
}

TEST(Judge, RefusedForksAreNamedOnlyWhereTheTestDidNotPass)
{
    Evidence failed = ended(254);
    failed.pids_max_hits = 7;
    EXPECT_JUDGED(failed, Verdict::limit, Cause::pids_max);
    Evidence passed = ended(0);
    passed.pids_max_hits = 7;
    EXPECT_JUDGED(passed, Verdict::pass, Cause::exit_zero);
    EXPECT_TRUE(judged(passed).pids_limit_hit);
    Evidence skipped = ended(77);
    skipped.pids_max_hits = 7;
    EXPECT_JUDGED(skipped, Verdict::skip, Cause::exit_skip);
}

TEST(Judge, DeniedCallsAreNamedOnlyWhereTheTestDidNotPass)
{
    const auto with_denied = [](Evidence evidence) {
        evidence.filtered = true;
        evidence.denied = {DeniedCall{.number = 101, .name = "ptrace", .pid = 7, .comm = "strace"}};
        evidence.denied_count = 1;
        return evidence;
    };
    EXPECT_JUDGED(with_denied(ended(1)), Verdict::denied, Cause::denied_syscall);
    EXPECT_JUDGED(with_denied(ended(99)), Verdict::denied, Cause::denied_syscall);
    EXPECT_JUDGED(with_denied(signalled(SIGABRT)), Verdict::denied, Cause::denied_syscall);
    EXPECT_JUDGED(with_denied(ended(77)), Verdict::skip, Cause::exit_skip);
    EXPECT_JUDGED(with_denied(ended(0)), Verdict::pass, Cause::exit_zero);
    EXPECT_EQ(judged(with_denied(ended(0))).denied_count, 1U);
    EXPECT_EQ(judged(with_denied(ended(0))).denied.size(), 1U);
}

TEST(Judge, SigsysIsTheFiltersOnlyWhereThereIsOne)
{
    Evidence killed = signalled(SIGSYS);
    EXPECT_JUDGED(killed, Verdict::crash, Cause::died_by_signal);
    killed.filtered = true;
    EXPECT_JUDGED(killed, Verdict::denied, Cause::denied_syscall);
    Evidence crashed = signalled(SIGSEGV);
    crashed.filtered = true;
    EXPECT_JUDGED(crashed, Verdict::crash, Cause::died_by_signal);
}

TEST(Judge, LimitsAndStopsComeBeforeDeniedCalls)
{
    Evidence evidence = ended(1);
    evidence.filtered = true;
    evidence.denied_count = 1;
    evidence.pids_max_hits = 1;
    EXPECT_JUDGED(evidence, Verdict::limit, Cause::pids_max);
    evidence.stopped = StopReason::wall_clock;
    EXPECT_JUDGED(evidence, Verdict::timeout, Cause::wall_clock);
    evidence.oom = OomFacts{.own_oom = 1, .own_oom_kill = 1};
    EXPECT_JUDGED(evidence, Verdict::oom, Cause::memory_own);
}

TEST(Judge, LeaksFailOnlyUnderTheirPolicy)
{
    Evidence leaky = ended(0);
    leaky.leaked_count = 1;
    leaky.leaked = {Leak{.pid = 7, .comm = "sleep", .cmdline = "sleep 1000"}};
    EXPECT_EQ(judged(leaky).verdict, Verdict::pass);
    EXPECT_EQ(judged(leaky, LeakPolicy::fail).verdict, Verdict::leak);
    leaky.exit = ExitStatus{.code = 1};
    EXPECT_EQ(judged(leaky, LeakPolicy::fail).verdict, Verdict::fail);
}

TEST(Judge, WhatNeverStartedAndWhatCannotDieAreErrors)
{
    Evidence refused;
    refused.start_failure = "write memory.max '64M': Permission denied";
    EXPECT_JUDGED(refused, Verdict::error, Cause::not_started);
    EXPECT_EQ(judged(refused).detail, refused.start_failure);
    Evidence stuck = ended(0);
    stuck.unkillable = "pid 7 (cat) state D";
    EXPECT_JUDGED(stuck, Verdict::error, Cause::unkillable);
    EXPECT_JUDGED(Evidence{}, Verdict::error, Cause::not_started);
}

CaseReport told(std::size_t passed, std::size_t failed, std::size_t skipped = 0, std::size_t planned = 0)
{
    return {.protocol = Protocol::tap, .passed = passed, .failed = failed, .skipped = skipped, .planned = planned};
}

Evidence with(Evidence evidence, CaseReport report)
{
    evidence.cases = std::make_shared<const CaseReport>(std::move(report));
    return evidence;
}

CaseReport complaining(CaseReport report, std::string complaint)
{
    report.complaint = std::move(complaint);
    return report;
}

using Found = std::pair<Verdict, Cause>;

Found under(const ExitRules& rules, const Evidence& evidence, LeakPolicy leak = LeakPolicy::report)
{
    const Outcome outcome = judge(evidence, Rules{.exit = rules, .leak = leak});
    return {outcome.verdict, outcome.cause};
}

TEST(Judge, CasesTurnAnExitZero)
{
    EXPECT_JUDGED(with(ended(0), told(2, 0)), Verdict::pass, Cause::exit_zero);
    EXPECT_JUDGED(with(ended(0), told(2, 1)), Verdict::fail, Cause::case_failed);
    EXPECT_JUDGED(with(ended(0), complaining(told(2, 0), "no plan")), Verdict::fail, Cause::protocol_broken);
    EXPECT_JUDGED(with(ended(0), told(0, 0, 2)), Verdict::skip, Cause::file_skipped);
    EXPECT_JUDGED(with(ended(0), told(1, 0, 2)), Verdict::pass, Cause::exit_zero);
    EXPECT_JUDGED(with(ended(0), told(0, 0, 0, 2)), Verdict::planned, Cause::cases_planned);
    CaseReport skipped;
    skipped.skip_reason = "why";
    EXPECT_JUDGED(with(ended(0), skipped), Verdict::skip, Cause::file_skipped);
    EXPECT_JUDGED(with(ended(1), told(2, 0)), Verdict::fail, Cause::exit_nonzero);
    EXPECT_JUDGED(with(ended(77), told(2, 1)), Verdict::fail, Cause::exit_nonzero);
    EXPECT_JUDGED(with(ended(77), complaining(told(0, 0), "no plan")), Verdict::skip, Cause::exit_skip);
    EXPECT_JUDGED(with(signalled(SIGSEGV), told(2, 0)), Verdict::crash, Cause::died_by_signal);
}

TEST(Judge, ExpressionsDecideInTheirOrder)
{
    const ExitRules rules{.skip_codes = {}, .error_code = std::nullopt, .skip_if = {"s"}, .fail_if = {"f"}, .pass_if = {"p"}};
    const auto seen = [](int code, OutputMatches matches) {
        Evidence evidence = ended(code);
        evidence.matches = matches;
        return evidence;
    };
    EXPECT_EQ(under(rules, seen(1, {.skip = true, .fail = true, .pass = true})), Found(Verdict::skip, Cause::output_skip));
    EXPECT_EQ(under(rules, seen(0, {.fail = true, .pass = true})), Found(Verdict::fail, Cause::output_fail));
    EXPECT_EQ(under(rules, seen(3, {.pass = true})), Found(Verdict::pass, Cause::output_pass));
    EXPECT_EQ(under(rules, seen(0, {})), Found(Verdict::fail, Cause::output_no_pass));
    EXPECT_EQ(under({.fail_if = {"f"}}, seen(0, {})), Found(Verdict::pass, Cause::exit_zero));
    Evidence crashed = signalled(SIGSEGV);
    crashed.matches.pass = true;
    EXPECT_EQ(under(rules, crashed).first, Verdict::crash);
}

TEST(Judge, AWantedFailureIsAPassAndTheOtherWayRound)
{
    const ExitRules rules{.skip_codes = {0}, .error_code = std::nullopt, .will_fail = true};
    EXPECT_EQ(under(rules, ended(99)), Found(Verdict::pass, Cause::expected_failure)) << "without error_code";
    EXPECT_EQ(under(rules, ended(0)), Found(Verdict::skip, Cause::exit_skip)) << "a skip code may be 0";
    EXPECT_EQ(under(rules, signalled(SIGSEGV)).first, Verdict::crash);
    EXPECT_EQ(under({.will_fail = true}, ended(0)), Found(Verdict::fail, Cause::unexpected_pass));
    EXPECT_EQ(under({.will_fail = true}, ended(99)).first, Verdict::error);
    EXPECT_EQ(under({.will_fail = true, .will_fail_by_signal = true}, signalled(SIGSEGV)), Found(Verdict::pass, Cause::expected_failure));
    Evidence late = ended(1);
    late.stopped = StopReason::wall_clock;
    EXPECT_EQ(under({.will_fail = true}, late).first, Verdict::timeout);
}

TEST(Judge, TapAsMesonReadsIt)
{
    const ExitRules rules{.skip_codes = {}, .error_code = std::nullopt, .tap_as_meson = true};
    EXPECT_EQ(under(rules, with(ended(0), complaining(told(1, 0), "no plan, saw 1 case"))), Found(Verdict::pass, Cause::exit_zero));
    EXPECT_EQ(under(rules, with(ended(0), complaining(told(1, 0), "planned 3 cases, saw 1"))), Found(Verdict::error, Cause::protocol_broken));
    EXPECT_EQ(under(rules, with(ended(0), complaining(told(1, 0), "Bail out!"))), Found(Verdict::error, Cause::protocol_broken));
    EXPECT_EQ(under(rules, with(ended(0), complaining(told(0, 0), "Bail out!"))), Found(Verdict::skip, Cause::file_skipped));
    EXPECT_EQ(under(rules, with(ended(0), told(0, 0, 2))), Found(Verdict::skip, Cause::file_skipped));
    EXPECT_EQ(under(rules, with(ended(0), told(1, 1))), Found(Verdict::fail, Cause::case_failed));
    EXPECT_EQ(under(rules, with(ended(77), told(1, 0))), Found(Verdict::error, Cause::exit_hard_error));
    ExitRules should_fail = rules;
    should_fail.will_fail = should_fail.will_fail_by_signal = true;
    EXPECT_EQ(under(should_fail, with(signalled(SIGSEGV), told(1, 0))).first, Verdict::crash) << "meson: ERROR";
    EXPECT_EQ(under(should_fail, with(ended(0), told(1, 1))), Found(Verdict::pass, Cause::expected_failure));
    EXPECT_EQ(under(should_fail, with(ended(1), told(1, 1))).first, Verdict::error);
}

TEST(Judge, ALeakCountsWhateverMadeItAPass)
{
    const auto leaky = [](Evidence evidence) {
        evidence.leaked_count = 1;
        return evidence;
    };
    Evidence matched = leaky(ended(1));
    matched.matches.pass = true;
    EXPECT_EQ(under({.pass_if = {"p"}}, matched, LeakPolicy::fail), Found(Verdict::leak, Cause::leaked));
    EXPECT_EQ(under({.pass_if = {"p"}}, matched).first, Verdict::pass);
    EXPECT_EQ(under({.tap_as_meson = true}, with(leaky(ended(0)), told(1, 0)), LeakPolicy::fail).first, Verdict::leak);
    EXPECT_EQ(under({.will_fail = true}, leaky(ended(1)), LeakPolicy::fail).first, Verdict::leak);
    EXPECT_EQ(under({.will_fail = true}, leaky(ended(0)), LeakPolicy::fail), Found(Verdict::fail, Cause::unexpected_pass));
}

TEST(Judge, AnEndThatIsNotKnownIsNoPass)
{
    Evidence evidence;
    evidence.exit = ExitStatus{};
    EXPECT_JUDGED(evidence, Verdict::error, Cause::not_started);
}

Evidence random_evidence(std::mt19937& random)
{
    const auto chance = [&](int in) { return std::uniform_int_distribution(1, in)(random) == 1; };
    Evidence evidence;
    if (!chance(5)) {
        evidence.exit = chance(3) ? ExitStatus{.signal = 9} : ExitStatus{.code = chance(2) ? 0 : 1};
    }
    if (chance(3)) {
        evidence.stopped = static_cast<StopReason>(std::uniform_int_distribution(0, 4)(random));
    }
    if (chance(4)) {
        evidence.start_failure = "x";
    }
    if (chance(6)) {
        evidence.unkillable = "x";
    }
    if (chance(2)) {
        evidence.oom = OomFacts{.own_oom = chance(2) ? 1U : 0U, .own_oom_kill = chance(2) ? 1U : 0U};
    }
    evidence.leaked_count = chance(3) ? 1 : 0;
    return evidence;
}

TEST(Judge, OnlyAnUntouchedExitZeroPasses)
{
    std::mt19937 random(1);
    for (int i = 0; i < 100000; ++i) {
        const Evidence evidence = random_evidence(random);
        if (judged(evidence).verdict != Verdict::pass) {
            continue;
        }
        EXPECT_TRUE(evidence.exit && evidence.exit->code == 0 && !evidence.stopped && evidence.start_failure.empty() &&
                    evidence.unkillable.empty());
        EXPECT_TRUE(!evidence.oom || evidence.oom->own_oom_kill == 0);
    }
}

} // namespace
} // namespace hutch::run

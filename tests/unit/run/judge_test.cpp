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

#include "report/words.h"

#include <csignal>
#include <map>

#include <gtest/gtest.h>

namespace hutch::report {
namespace {

using namespace std::chrono_literals;

constexpr Bytes mega = Bytes{1} << 20;

NamedLimits profile(std::string name, Bytes memory, Microseconds wall, Microseconds cpu_time, std::uint64_t pids)
{
    Limits limits;
    limits.memory_max = {memory, Origin::profile};
    limits.wall = {wall, Origin::profile};
    limits.cpu_time = {cpu_time, Origin::profile};
    limits.pids_max = {pids, Origin::profile};
    limits.profile = name;
    return {.name = std::move(name), .limits = limits};
}

const std::vector<NamedLimits> profiles = {profile("fast", 128 * mega, 30s, 10s, 10),
                                           profile("standard", 512 * mega, 120s, 60s, 50)};

TestSpec test_with(const Limits& limits)
{
    TestSpec test;
    test.name = "tests/a";
    test.limits = limits;
    return test;
}

Outcome ended(Verdict verdict, Cause cause, std::optional<int> code = {}, std::optional<int> signal = {})
{
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.cause = cause;
    outcome.exit_code = code;
    outcome.signal = signal;
    return outcome;
}

std::string words_for(const Outcome& outcome)
{
    return describe(outcome, test_with(profiles[0].limits), profiles);
}

/// What is expected for each cause. The switch has no default: a new cause does not compile without its sentence.
struct Sample {
    Outcome outcome;
    std::string sentence;
};

Sample memory_sample(Cause cause, std::string sentence)
{
    Outcome outcome = ended(Verdict::oom, cause, {}, SIGKILL);
    outcome.usage.memory_peak = 128 * mega;
    outcome.oom_kills = 1;
    return {outcome, std::move(sentence)};
}

Sample pids_sample(Cause cause, std::string sentence)
{
    Outcome outcome = ended(Verdict::limit, cause, 1);
    outcome.usage.pids_peak = 10;
    return {outcome, std::move(sentence)};
}

Sample clock_sample(Verdict verdict, Cause cause, std::string sentence)
{
    Outcome outcome = ended(verdict, cause, {}, SIGTERM);
    outcome.duration = 30'010ms;
    outcome.usage.cpu_usec = 10'200'000;
    return {outcome, std::move(sentence)};
}

Sample detail_sample(Cause cause, std::string detail, std::string sentence)
{
    Outcome outcome = ended(Verdict::error, cause);
    outcome.detail = std::move(detail);
    return {outcome, std::move(sentence)};
}

Sample leak_sample()
{
    Outcome outcome = ended(Verdict::leak, Cause::leaked, 0);
    outcome.leaked = {{4711, "sleep", "sleep 1000"}, {4712, "cat", "cat"}, {4713, "sh", "sh -c x"}, {4714, "a", "a"}};
    outcome.leaked_count = 9;
    return {outcome, "left 9 processes behind: 4711 sleep 1000, 4712 cat, 4713 sh -c x and 6 more"};
}

Sample denied_sample()
{
    Outcome outcome = ended(Verdict::denied, Cause::denied_syscall, 1);
    outcome.policy = "default";
    outcome.denied = {{.number = 101, .name = "ptrace", .rule = "@debug", .pid = 4711, .comm = "strace"}};
    outcome.denied_count = 1;
    return {outcome,
            "denied ptrace (101, @debug) of pid 4711 'strace'; exit 1; policy default; --allow-syscall ptrace would "
            "allow it"};
}

CaseReport two_of_five()
{
    CaseReport report{.protocol = Protocol::gtest, .passed = 3, .failed = 2};
    report.cases = {{.group = "S", .name = "a", .verdict = CaseVerdict::fail, .message = "no"},
                    {.group = "S", .name = "b", .verdict = CaseVerdict::pass},
                    {.group = "S", .name = "c", .verdict = CaseVerdict::fail}};
    return report;
}

Sample cases_sample(Verdict verdict, Cause cause, CaseReport report, std::string sentence)
{
    Outcome outcome = ended(verdict, cause, 0);
    outcome.cases = std::make_shared<const CaseReport>(std::move(report));
    return {outcome, std::move(sentence)};
}

/// What its output, its metadata or its suite told.
Sample told_sample(Cause cause)
{
    switch (cause) {
    case Cause::case_failed:
        return cases_sample(Verdict::fail, cause, two_of_five(), "2 of 5 cases failed: S.a, S.c");
    case Cause::protocol_broken:
        return cases_sample(Verdict::fail, cause, {.protocol = Protocol::tap, .passed = 1, .complaint = "no plan"}, "tap: no plan");
    case Cause::file_skipped:
        return cases_sample(Verdict::skip, cause, {.protocol = Protocol::tap, .skip_reason = "no database"}, "skipped: no database");
    case Cause::cases_planned:
        return cases_sample(Verdict::planned, cause, {.protocol = Protocol::tap, .planned = 1}, "planned: 1 case, 1 planned");
    case Cause::output_fail:
        return {ended(Verdict::fail, cause, 0), "its output matches an expression that means failure; exit 0"};
    case Cause::output_pass:
        return {ended(Verdict::pass, cause, 1), "passed: its output matches the expression that means success"};
    case Cause::output_no_pass:
        return {ended(Verdict::fail, cause, 0), "its output matches no expression that means success; exit 0"};
    case Cause::output_skip:
        return {ended(Verdict::skip, cause, 0), "skipped: its output matches an expression that means skip"};
    case Cause::expected_failure:
        return {ended(Verdict::pass, cause, 1), "failed, as it should: exit 1"};
    case Cause::unexpected_pass:
        return {ended(Verdict::fail, cause, 0), "passed, though it should fail"};
    case Cause::said_skip:
        return detail_sample(cause, "needs a printer", "skipped: needs a printer");
    case Cause::said_planned:
        return detail_sample(cause, "", "planned");
    case Cause::dependency:
        return detail_sample(cause, "it depends on a, which did not pass", "not run: it depends on a, which did not pass");
    case Cause::not_available:
        return detail_sample(cause, "no program", "cannot be run: no program");
    default:
        return {};
    }
}

Sample sample(Cause cause)
{
    switch (cause) {
    case Cause::exit_zero:
        return {ended(Verdict::pass, cause, 0), "passed"};
    case Cause::exit_skip:
        return {ended(Verdict::skip, cause, 77), "skipped: exit 77"};
    case Cause::exit_hard_error:
        return {ended(Verdict::error, cause, 99), "hard error: exit 99"};
    case Cause::exit_nonzero:
        return {ended(Verdict::fail, cause, 3), "exit 3"};
    case Cause::died_by_signal:
        return {ended(Verdict::crash, cause, {}, SIGSEGV), "killed by SIGSEGV"};
    case Cause::wall_clock:
        return clock_sample(Verdict::timeout, cause,
                            "timed out after 30 s (limit 30 s, profile fast); profile standard (2 min) or --timeout "
                            "60s would allow more");
    case Cause::cpu_time:
        return clock_sample(Verdict::limit, cause,
                            "CPU time over: 10.2 s used (limit 10 s, profile fast); profile standard (1 min) or "
                            "--cpu-time 20s would allow more");
    case Cause::memory_own:
        return memory_sample(cause, "out of memory: peak 128 MB reached memory.max (limit 128 MB, profile fast); 1 "
                                    "process killed; profile standard (512 MB) or --memory 256M would allow more");
    case Cause::memory_watchdog:
        return memory_sample(cause, "out of memory: peak 128 MB seen by the watchdog, not the kernel (limit 128 MB, "
                                    "profile fast); profile standard (512 MB) or --memory 256M would allow more");
    case Cause::memory_enclosing:
        return memory_sample(
            cause, "killed because a memory limit above the test's was reached, not by its own (peak 128 MB)");
    case Cause::memory_machine:
        return memory_sample(cause, "killed because the machine ran out of memory, not by its own limit (peak 128 MB)");
    case Cause::pids_max:
        return pids_sample(cause, "too many processes: fork was refused by pids.max (limit 10, profile fast, peak 10); "
                                  "exit 1; profile standard (50) or --pids-limit 20 would allow more");
    case Cause::pids_watchdog:
        return pids_sample(cause, "too many processes: seen by the watchdog, not the kernel (limit 10, profile fast, "
                                  "peak 10); profile standard (50) or --pids-limit 20 would allow more");
    case Cause::denied_syscall:
        return denied_sample();
    case Cause::leaked:
        return leak_sample();
    case Cause::not_started:
        return detail_sample(cause, "exec ./x: No such file or directory",
                             "could not start: exec ./x: No such file or directory");
    case Cause::unkillable:
        return detail_sample(cause, "4711 dd, state D, 5 s after cgroup.kill",
                             "could not be killed: 4711 dd, state D, 5 s after cgroup.kill");
    case Cause::cancelled:
        return {ended(Verdict::cancelled, cause, {}, SIGTERM), "cancelled"};
    default:
        return told_sample(cause);
    }
}

TEST(Words, EveryCauseHasItsSentence)
{
    int causes = 0;
    for (int i = 0; i < static_cast<int>(cause_count); ++i, ++causes) {
        const Sample expected = sample(static_cast<Cause>(i));
        EXPECT_FALSE(expected.sentence.empty()) << to_string(static_cast<Cause>(i));
        EXPECT_EQ(words_for(expected.outcome), expected.sentence) << to_string(static_cast<Cause>(i));
    }
    EXPECT_EQ(causes, static_cast<int>(Cause::not_available) + 1);
}

TEST(Words, DeniedCallsAreListedAndCounted)
{
    Outcome outcome = denied_sample().outcome;
    outcome.denied_count = 100000;
    EXPECT_EQ(words_for(outcome),
              "denied ptrace (101, @debug) of pid 4711 'strace', 100000 times; exit 1; policy default; "
              "--allow-syscall ptrace would allow it");
    outcome.denied = {{.number = 165, .name = "mount", .rule = "mount", .pid = 1, .comm = "a"},
                      {.number = 165, .name = "mount", .rule = "mount", .comm = "b"},
                      {.number = 999},
                      {.number = 41, .name = "socket:AF_PACKET"}};
    outcome.denied_count = 5;
    EXPECT_EQ(words_for(outcome),
              "denied mount (165) of pid 1 'a', mount (165) 'b', system call 999 (5 calls in all); exit 1; "
              "policy default; --allow-syscall mount --allow-syscall socket:AF_PACKET would allow them");
}

TEST(Words, APassOrSkipWithDeniedCallsSaysSo)
{
    Outcome outcome = denied_sample().outcome;
    outcome.cause = Cause::exit_zero;
    EXPECT_EQ(words_for(outcome), "passed, though denied ptrace (101, @debug) of pid 4711 'strace'");
    outcome.cause = Cause::exit_skip;
    outcome.exit_code = 77;
    EXPECT_EQ(words_for(outcome), "skipped: exit 77; denied ptrace (101, @debug) of pid 4711 'strace'");
}

TEST(Words, ADeathByTheFilterDoesNotGuessTheCall)
{
    Outcome outcome = ended(Verdict::denied, Cause::denied_syscall, {}, SIGSYS);
    outcome.policy = "strict";
    EXPECT_EQ(words_for(outcome), "killed by SIGSYS, the seccomp filter's signal: a denied call, or one of another "
                                  "architecture; the kernel tells which to its audit log only; policy strict");
}

TEST(Words, CoreDumpIsSaid)
{
    Outcome outcome = ended(Verdict::crash, Cause::died_by_signal, {}, SIGABRT);
    outcome.core_dumped = true;
    EXPECT_EQ(words_for(outcome), "killed by SIGABRT (core dumped)");
}

TEST(Words, ForeignKillSaysThatItWasForeign)
{
    EXPECT_EQ(words_for(ended(Verdict::crash, Cause::died_by_signal, {}, SIGKILL)),
              "killed by SIGKILL, sent by neither hutch nor a limit of the test");
}

TEST(Words, ShellCodesAreGuessed)
{
    const std::map<int, std::string> expected = {{139, "exit 139 (SIGSEGV?)"},
                                                 {126, "exit 126 (not executable?)"},
                                                 {127, "exit 127 (command not found?)"},
                                                 {128, "exit 128"},
                                                 {255, "exit 255"},
                                                 {1, "exit 1"}};
    for (const auto& [code, words] : expected) {
        EXPECT_EQ(words_for(ended(Verdict::fail, Cause::exit_nonzero, code)), words);
    }
}

TEST(Words, AskedLimitNamesNoProfile)
{
    Limits limits = profiles[0].limits;
    limits.memory_max = {64 * mega, Origin::asked};
    const Outcome outcome = ended(Verdict::oom, Cause::memory_own, {}, SIGKILL);
    EXPECT_EQ(describe(outcome, test_with(limits), profiles),
              "out of memory: peak not known reached memory.max (limit 64 MB); profile fast (128 MB) or --memory 128M "
              "would allow more");
}

TEST(Words, NamedProfileIsNamedThoughAskedFor)
{
    Limits limits = profiles[0].limits;
    limits.memory_max = {128 * mega, Origin::asked};
    const std::string words = describe(ended(Verdict::oom, Cause::memory_own), test_with(limits), profiles);
    EXPECT_NE(words.find("limit 128 MB, profile fast"), std::string::npos) << words;
}

TEST(Words, LargestProfileLeavesOnlyTheValue)
{
    const std::string words = describe(ended(Verdict::oom, Cause::memory_own), test_with(profiles[1].limits), profiles);
    EXPECT_NE(words.find("; --memory 1024M would allow more"), std::string::npos) << words;
}

TEST(Words, GraceThatDidNotHelpIsSaid)
{
    Limits limits;
    limits.wall = {2s, Origin::asked};
    limits.grace = 1s;
    Outcome outcome = ended(Verdict::timeout, Cause::wall_clock, {}, SIGKILL);
    outcome.duration = 3010ms;
    EXPECT_EQ(describe(outcome, test_with(limits)),
              "timed out after 3.01 s (limit 2 s); still there 1 s after SIGTERM, killed; --timeout 4s would allow "
              "more");
}

TEST(Words, PassThatLeftProcessesSaysSo)
{
    Outcome outcome = ended(Verdict::pass, Cause::exit_zero, 0);
    outcome.leaked = {{7, "x", "x\x1b[2J\nPASS y"}};
    outcome.leaked_count = 1;
    EXPECT_EQ(words_for(outcome), "passed, but left 1 process behind: 7 x^JPASS y");
}

TEST(Words, FileSizeSignalNamesTheLimit)
{
    Limits limits;
    limits.file_size = {mega, Origin::asked};
    EXPECT_EQ(describe(ended(Verdict::crash, Cause::died_by_signal, {}, SIGXFSZ), test_with(limits)),
              "killed by SIGXFSZ: a file grew too large (limit 1 MB); --file-size 2M would allow more");
}

} // namespace
} // namespace hutch::report

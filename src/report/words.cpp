#include "report/words.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "report/advice.h"
#include "report/case_words.h"
#include "report/denied_words.h"
#include "report/printable.h"
#include "report/signal_name.h"

namespace hutch::report {

namespace {

using Profiles = std::vector<NamedLimits>;

std::string count_words(std::uint64_t count, std::string_view one, std::string_view many)
{
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string process_words(std::uint64_t count)
{
    return count_words(count, "process", "processes");
}

std::string signal_words(const Outcome& outcome)
{
    const std::string name = outcome.signal ? signal_name(*outcome.signal) : "a signal";
    return fmt::format("killed by {}{}", name, outcome.core_dumped ? " (core dumped)" : "");
}

/// "exit 3"; a shell reports its child's signal as 128+n, and what it could not execute as 126 and 127.
std::string exit_words(int code)
{
    if (code == 126 || code == 127) {
        return fmt::format("exit {} ({})", code, code == 126 ? "not executable?" : "command not found?");
    }
    if (code > 128 && code <= 128 + SIGRTMAX) {
        return fmt::format("exit {} ({}?)", code, signal_name(code - 128));
    }
    return fmt::format("exit {}", code);
}

/// How the first process ended, where that is worth adding to another reason.
std::string ending_words(const Outcome& outcome)
{
    if (outcome.exit_code) {
        return exit_words(*outcome.exit_code);
    }
    return outcome.signal ? signal_words(outcome) : "end not seen";
}

std::string peak_words(const Outcome& outcome)
{
    if (!outcome.usage.memory_peak) {
        return "peak not known";
    }
    return fmt::format("peak {}{}", format_bytes(*outcome.usage.memory_peak),
                       outcome.usage.memory_peak_sampled ? " (sampled)" : "");
}

std::string memory_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    std::string words = fmt::format("out of memory: {} reached memory.max ({})", peak_words(outcome),
                                    limit_words(Resource::memory, test.limits, profiles));
    if (outcome.oom_kills > 0) {
        words += fmt::format("; {} killed", process_words(outcome.oom_kills));
    }
    return words + advice_words(Resource::memory, test.limits, profiles);
}

std::string memory_watchdog_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    return fmt::format("out of memory: {} seen by the watchdog, not the kernel ({}){}", peak_words(outcome),
                       limit_words(Resource::memory, test.limits, profiles),
                       advice_words(Resource::memory, test.limits, profiles));
}

std::string wall_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    std::string words = fmt::format("timed out after {} ({})", format_duration(outcome.duration),
                                    limit_words(Resource::wall, test.limits, profiles));
    const auto& wall = test.limits.wall;
    if (wall && outcome.signal == SIGKILL && outcome.duration >= wall->value + test.limits.grace) {
        words += fmt::format("; still there {} after SIGTERM, killed", format_duration(test.limits.grace));
    }
    return words + advice_words(Resource::wall, test.limits, profiles);
}

std::string cpu_time_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    const auto& used = outcome.usage.cpu_usec;
    const std::string actual =
        used ? format_duration(Microseconds(static_cast<std::int64_t>(*used))) + " used" : "use not known";
    return fmt::format("CPU time over: {} ({}){}", actual, limit_words(Resource::cpu_time, test.limits, profiles),
                       advice_words(Resource::cpu_time, test.limits, profiles));
}

std::string pids_peak_words(const Outcome& outcome)
{
    return outcome.usage.pids_peak ? fmt::format("peak {}", *outcome.usage.pids_peak) : "peak not known";
}

std::string pids_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    return fmt::format("too many processes: fork was refused by pids.max ({}, {}); {}{}",
                       limit_words(Resource::pids, test.limits, profiles), pids_peak_words(outcome),
                       ending_words(outcome), advice_words(Resource::pids, test.limits, profiles));
}

std::string pids_watchdog_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    return fmt::format("too many processes: seen by the watchdog, not the kernel ({}, {}){}",
                       limit_words(Resource::pids, test.limits, profiles), pids_peak_words(outcome),
                       advice_words(Resource::pids, test.limits, profiles));
}

std::string crash_words(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    std::string words = signal_words(outcome);
    if (outcome.signal == SIGKILL) {
        words += ", sent by neither hutch nor a limit of the test";
    }
    if (outcome.signal == SIGXFSZ && test.limits.file_size) {
        words += fmt::format(": a file grew too large ({}){}", limit_words(Resource::file_size, test.limits, profiles),
                             advice_words(Resource::file_size, test.limits, profiles));
    }
    return words;
}

std::string left_words(const Outcome& outcome)
{
    constexpr std::size_t listed = 3;
    return fmt::format("left {} behind: {}", process_words(outcome.leaked_count), describe_leaks(outcome, listed));
}

std::string pass_words(const Outcome& outcome)
{
    std::string words = "passed";
    if (outcome.pids_limit_hit) {
        words += ", though fork was refused by pids.max";
    }
    if (const std::string denied = denied_calls(outcome); !denied.empty()) {
        words += ", though " + denied;
    }
    if (outcome.leaked_count > 0) {
        words += ", but " + left_words(outcome);
    }
    return words;
}

std::string skip_words(const Outcome& outcome)
{
    const std::string denied = denied_calls(outcome);
    return fmt::format("skipped: exit {}{}{}", outcome.exit_code.value_or(77), denied.empty() ? "" : "; ", denied);
}

std::string with_detail(std::string_view words, const Outcome& outcome)
{
    return outcome.detail.empty() ? std::string(words) : fmt::format("{}: {}", words, outcome.detail);
}

std::string enclosing_words(const Outcome& outcome)
{
    return fmt::format("killed because a memory limit above the test's was reached, not by its own ({})",
                       peak_words(outcome));
}

std::string machine_words(const Outcome& outcome)
{
    return fmt::format("killed because the machine ran out of memory, not by its own limit ({})", peak_words(outcome));
}

std::string with_cases(std::string words, const Outcome& outcome)
{
    const std::string cases = failed_cases_words(outcome);
    return cases.empty() ? words : fmt::format("{}; {}", cases, words);
}

std::string file_skipped_words(const Outcome& outcome)
{
    const std::string reason = outcome.cases ? outcome.cases->skip_reason : "";
    if (!reason.empty()) {
        return fmt::format("skipped: {}", reason);
    }
    return fmt::format("skipped: {}", case_count_words(outcome));
}

/// What its output, its metadata or its suite told, and not the kernel.
std::string told_words(const Outcome& outcome)
{
    switch (outcome.cause) {
    case Cause::case_failed:
    case Cause::protocol_broken:
        return failed_cases_words(outcome);
    case Cause::file_skipped:
        return file_skipped_words(outcome);
    case Cause::cases_planned:
        return fmt::format("planned: {}", case_count_words(outcome));
    case Cause::output_fail:
        return with_cases(fmt::format("its output matches an expression that means failure; {}", ending_words(outcome)), outcome);
    case Cause::output_pass:
        return "passed: its output matches the expression that means success";
    case Cause::output_no_pass:
        return fmt::format("its output matches no expression that means success; {}", ending_words(outcome));
    case Cause::output_skip:
        return "skipped: its output matches an expression that means skip";
    case Cause::expected_failure:
        return fmt::format("failed, as it should: {}", with_cases(ending_words(outcome), outcome));
    case Cause::unexpected_pass:
        return "passed, though it should fail";
    case Cause::said_skip:
        return with_detail("skipped", outcome);
    case Cause::said_planned:
        return with_detail("planned", outcome);
    case Cause::dependency:
        return with_detail("not run", outcome);
    case Cause::not_available:
        return with_detail("cannot be run", outcome);
    default:
        return "ended in a way that has no words";
    }
}

std::string sentence(const Outcome& outcome, const TestSpec& test, const Profiles& profiles)
{
    switch (outcome.cause) {
    case Cause::exit_zero:
        return pass_words(outcome);
    case Cause::exit_skip:
        return skip_words(outcome);
    case Cause::exit_hard_error:
        return fmt::format("hard error: exit {}", outcome.exit_code.value_or(99));
    case Cause::exit_nonzero:
        return with_cases(ending_words(outcome), outcome);
    case Cause::died_by_signal:
        return crash_words(outcome, test, profiles);
    case Cause::wall_clock:
        return wall_words(outcome, test, profiles);
    case Cause::cpu_time:
        return cpu_time_words(outcome, test, profiles);
    case Cause::memory_own:
        return memory_words(outcome, test, profiles);
    case Cause::memory_watchdog:
        return memory_watchdog_words(outcome, test, profiles);
    case Cause::memory_enclosing:
        return enclosing_words(outcome);
    case Cause::memory_machine:
        return machine_words(outcome);
    case Cause::pids_max:
        return pids_words(outcome, test, profiles);
    case Cause::pids_watchdog:
        return pids_watchdog_words(outcome, test, profiles);
    case Cause::denied_syscall:
        return denied_words(outcome, ending_words(outcome));
    case Cause::leaked:
        return left_words(outcome);
    case Cause::not_started:
        return with_detail("could not start", outcome);
    case Cause::unkillable:
        return with_detail("could not be killed", outcome);
    case Cause::cancelled:
        return "cancelled";
    default:
        return told_words(outcome);
    }
}

} // namespace

std::string describe(const Outcome& outcome, const TestSpec& test, const std::vector<NamedLimits>& profiles)
{
    return printable_line(sentence(outcome, test, profiles));
}

std::string_view verdict_words(Verdict verdict)
{
    switch (verdict) {
    case Verdict::pass:
        return "passed";
    case Verdict::fail:
        return "failed";
    case Verdict::skip:
        return "skipped";
    case Verdict::planned:
        return "planned";
    case Verdict::timeout:
        return "timed out";
    case Verdict::oom:
        return "out of memory";
    case Verdict::limit:
        return "over a limit";
    case Verdict::crash:
        return "crashed";
    case Verdict::denied:
        return "denied";
    case Verdict::leak:
        return "leaked";
    case Verdict::error:
        return "in error";
    case Verdict::cancelled:
        return "cancelled";
    case Verdict::flaky:
        return "flaky";
    case Verdict::blocked:
        return "blocked";
    }
    return "unknown";
}

std::string describe_leaks(const Outcome& outcome, std::size_t listed)
{
    std::string words;
    const std::size_t shown = std::min(listed, outcome.leaked.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const Leak& leak = outcome.leaked[i];
        words += fmt::format("{}{} {}", i == 0 ? "" : ", ", leak.pid, leak.cmdline.empty() ? leak.comm : leak.cmdline);
    }
    if (outcome.leaked_count > shown) {
        words += fmt::format("{}{} more", shown == 0 ? "" : " and ", outcome.leaked_count - shown);
    }
    return printable_line(words);
}

} // namespace hutch::report

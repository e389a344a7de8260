#include "report/denied_words.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace hutch::report {

namespace {

constexpr std::size_t calls_shown = 3;

std::string call_words(const DeniedCall& call)
{
    std::string words =
        call.name.empty() ? fmt::format("system call {}", call.number) : fmt::format("{} ({}", call.name, call.number);
    if (!call.name.empty()) {
        words += call.rule.empty() || call.rule == call.name ? ")" : fmt::format(", {})", call.rule);
    }
    if (call.pid != 0) {
        words += fmt::format(" of pid {}", call.pid);
    }
    return call.comm.empty() ? words : fmt::format("{} '{}'", words, call.comm);
}

std::string advice(const Outcome& outcome)
{
    std::vector<std::string> names;
    for (const DeniedCall& call : outcome.denied) {
        if (!call.name.empty() && std::ranges::find(names, call.name) == names.end() && names.size() < calls_shown) {
            names.push_back(call.name);
        }
    }
    if (names.empty()) {
        return {};
    }
    return fmt::format("; --allow-syscall {} would allow {}", fmt::join(names, " --allow-syscall "),
                       names.size() == 1 ? "it" : "them");
}

} // namespace

std::string denied_calls(const Outcome& outcome)
{
    if (outcome.denied.empty()) {
        return {};
    }
    std::string words = "denied ";
    const std::size_t shown = std::min(calls_shown, outcome.denied.size());
    for (std::size_t i = 0; i < shown; ++i) {
        words += fmt::format("{}{}", i == 0 ? "" : ", ", call_words(outcome.denied[i]));
    }
    if (outcome.denied_count > shown) {
        words += shown == 1 ? fmt::format(", {} times", outcome.denied_count)
                            : fmt::format(" ({} calls in all)", outcome.denied_count);
    }
    return words;
}

std::string denied_words(const Outcome& outcome, const std::string& ending)
{
    const std::string calls = denied_calls(outcome);
    std::string words = calls.empty() ? ending + ", the seccomp filter's signal: a denied call, or one of another "
                                                 "architecture; the kernel tells which to its audit log only"
                                      : fmt::format("{}; {}", calls, ending);
    if (!outcome.policy.empty()) {
        words += "; policy " + outcome.policy;
    }
    return words + advice(outcome);
}

} // namespace hutch::report

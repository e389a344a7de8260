// Events for the reporters' tests.
#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "hutch/event.h"

namespace hutch::report {

inline TestPtr sample_test(std::string name, std::size_t index = 0)
{
    auto test = std::make_shared<TestSpec>();
    test->name = std::move(name);
    test->index = index;
    return test;
}

inline Outcome sample_outcome(Verdict verdict, Cause cause, std::optional<int> code = {},
                              std::optional<int> signal = {})
{
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.cause = cause;
    outcome.exit_code = code;
    outcome.signal = signal;
    outcome.duration = Milliseconds(12);
    return outcome;
}

inline event::TestFinished sample_finished(std::string name, Outcome outcome, std::string out = "",
                                           std::string err = "")
{
    const auto captured = [](std::string text) {
        const auto size = text.size();
        return std::make_shared<const Captured>(
            Captured{.head = std::move(text), .tail = "", .dropped = 0, .total = size});
    };
    return {.test = sample_test(std::move(name)),
            .attempt = 1,
            .outcome = std::make_shared<const Outcome>(std::move(outcome)),
            .out = captured(std::move(out)),
            .err = captured(std::move(err)),
            .output_file = ""};
}

} // namespace hutch::report

// meson's reading of TAP, by what a real reader makes of the output: the verdicts are those that `meson test` 1.0.1 gave.

#include "run/judge.h"

#include <csignal>

#include <gtest/gtest.h>

#include "protocol/tap.h"

namespace hutch::run {
namespace {

const ExitRules meson_tap = {.skip_codes = {}, .error_code = std::nullopt, .tap_as_meson = true};

Outcome judged(std::string_view output, ExitStatus exit, bool should_fail)
{
    protocol::TapReader reader;
    reader.feed(output);
    Evidence evidence;
    evidence.exit = exit;
    evidence.cases = std::make_shared<const CaseReport>(reader.finish());
    ExitRules rules = meson_tap;
    rules.will_fail = should_fail;
    return judge(evidence, Rules{.exit = rules, .leak = LeakPolicy::report});
}

struct Row {
    std::string_view output;
    Verdict verdict, should_fail;
};

TEST(JudgeMesonTap, ExitCodeZero)
{
    constexpr Row rows[] = {
        {"1..1\nok 1\n", Verdict::pass, Verdict::fail},
        {"1..1\nnot ok 1\n", Verdict::fail, Verdict::pass},
        {"ok 1\n", Verdict::pass, Verdict::fail},                     // no plan is nothing to complain of
        {"not ok 1\n", Verdict::fail, Verdict::pass},
        {"", Verdict::skip, Verdict::skip},
        {"1..3\n", Verdict::skip, Verdict::skip},
        {"1..0 # SKIP no\n", Verdict::skip, Verdict::skip},
        {"1..2\nok 1 # SKIP\nok 2 # SKIP\n", Verdict::skip, Verdict::skip},
        {"Bail out!\n", Verdict::skip, Verdict::skip},
        {"1..3\nok 1\nBail out!\n", Verdict::error, Verdict::error},
        {"1..3\nok 1\n", Verdict::error, Verdict::error},             // it ended early: never a pass
        {"1..1\nok 1\nok 2\n", Verdict::error, Verdict::error},
        {"1..1\nok 1\n1..1\n", Verdict::error, Verdict::error},
        {"ok 1\n1..2\nok 2\n", Verdict::error, Verdict::error},
        {"ok 1\nok 1\n", Verdict::error, Verdict::error},             // neither a plan nor sound: not forgiven
        {"TAP version 12\n1..1\nok 1\n", Verdict::error, Verdict::error},
        {"1..1\nok 1 # TODO\n", Verdict::fail, Verdict::pass},
        {"1..1\nnot ok 1 # TODO\n", Verdict::pass, Verdict::fail},
        {"1..1\nhello\nok 1\n", Verdict::pass, Verdict::fail},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(to_string(judged(row.output, {.code = 0}, false).verdict), to_string(row.verdict)) << row.output;
        EXPECT_EQ(to_string(judged(row.output, {.code = 0}, true).verdict), to_string(row.should_fail)) << row.output << "should_fail";
    }
}

TEST(JudgeMesonTap, AnyOtherEndIsNoFailureThatWasWaitedFor)
{
    for (const bool should_fail : {false, true}) {
        for (const int code : {1, 77, 99}) {
            EXPECT_EQ(judged("1..1\nok 1\n", {.code = code}, should_fail).verdict, Verdict::error);
            EXPECT_EQ(judged("", {.code = code}, should_fail).verdict, Verdict::error);
        }
        EXPECT_EQ(judged("1..1\nok 1\n", {.signal = SIGSEGV}, should_fail).verdict, Verdict::crash);
    }
}

} // namespace
} // namespace hutch::run

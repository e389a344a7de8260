// Cases in words, in lines and in the summary.
#include "report/case_words.h"

#include <fcntl.h>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temp_dir.h"
#include "report/plain.h"
#include "unit/report/sample_events.h"

namespace hutch::report {
namespace {

Case failed(std::string group, std::string name, std::string message = "")
{
    return {.group = std::move(group), .name = std::move(name), .verdict = CaseVerdict::fail, .duration = {}, .message = std::move(message)};
}

Outcome with(CaseReport report)
{
    Outcome outcome = sample_outcome(Verdict::fail, Cause::case_failed, 0);
    outcome.cases = std::make_shared<const CaseReport>(std::move(report));
    return outcome;
}

TEST(CaseWords, Names)
{
    EXPECT_EQ(case_name(failed("A", "b"), Protocol::gtest), "A.b");
    EXPECT_EQ(case_name(failed("A", "b"), Protocol::junit), "A.b");
    EXPECT_EQ(case_name(failed("A", "b"), Protocol::spl), "A > b");
    EXPECT_EQ(case_name(failed("", "b"), Protocol::tap), "b");
    EXPECT_EQ(case_name(failed("", ""), Protocol::tap), "a case without a name");
    EXPECT_EQ(case_name(failed("A", ""), Protocol::junit), "A > a case without a name");
}

TEST(CaseWords, Failures)
{
    EXPECT_EQ(failed_cases_words(Outcome()), "");
    EXPECT_EQ(failed_cases_words(with({.passed = 3})), "");
    EXPECT_EQ(failed_cases_words(with({.failed = 1, .cases = {failed("", "a", "\n  \n first\nsecond")}})), "1 of 1 case failed: a: first");
    EXPECT_EQ(failed_cases_words(with({.passed = 3, .failed = 2, .cases = {failed("", "a", "m"), failed("", "b")}})), "2 of 5 cases failed: a, b");
    EXPECT_EQ(failed_cases_words(with({.failed = 5, .cases = {failed("", "a"), failed("", "b"), failed("", "c"), failed("", "d")}})),
              "5 of 5 cases failed: a, b, c and 2 more");
    EXPECT_EQ(failed_cases_words(with({.failed = 2})), "2 of 2 cases failed") << "none was kept";
    EXPECT_EQ(failed_cases_words(with({.protocol = Protocol::tap, .complaint = "no plan"})), "tap: no plan");
    EXPECT_EQ(failed_cases_words(with({.protocol = Protocol::tap, .failed = 1, .cases = {failed("", "a")}, .complaint = "no plan"})),
              "1 of 1 case failed: a; tap: no plan");
}

TEST(CaseWords, Counts)
{
    EXPECT_EQ(case_count_words(Outcome()), "");
    EXPECT_EQ(case_count_words(with({})), "");
    EXPECT_EQ(case_count_words(with({.passed = 1})), "1 case");
    EXPECT_EQ(case_count_words(with({.passed = 1, .failed = 2, .skipped = 3, .planned = 4})), "10 cases, 2 failed, 3 skipped, 4 planned");
}

std::string lines_of(const std::vector<Event>& events)
{
    const auto dir = base::TempDir::create("hutch-cases-");
    const std::string path = dir->path() + "/out";
    const auto file = base::open_file(path, O_RDWR | O_CREAT, 0600);
    PlainReporter reporter(*file, {});
    for (const Event& event : events) {
        EXPECT_TRUE(reporter.on(event));
    }
    return *base::read_file(path);
}

event::TestFinished finished(const std::string& name, Outcome outcome, Role role = Role::test)
{
    event::TestFinished event = sample_finished(name, std::move(outcome));
    auto spec = *event.test;
    spec.role = role;
    event.test = std::make_shared<const TestSpec>(spec);
    return event;
}

const event::RunFinished end{.duration = Milliseconds(5), .not_run = 0, .signal = 0};

TEST(CaseWords, InTheLineAndTheSummary)
{
    const std::string text = lines_of({finished("a", with({.passed = 2, .failed = 1, .cases = {failed("", "x", "why")}})), end});
    EXPECT_TRUE(text.starts_with("FAIL        12 ms        -  a (3 cases, 1 failed): 1 of 3 cases failed: x: why\n")) << text;
    EXPECT_TRUE(text.ends_with("0 passed, 1 failed, 0 skipped; 3 cases: 2 passed, 1 failed in 5 ms\n")) << text;
}

TEST(CaseWords, AttemptsThatDoNotCountAndRounds)
{
    auto first = finished("a", sample_outcome(Verdict::fail, Cause::exit_nonzero, 1));
    first.final = false;
    auto second = finished("a", sample_outcome(Verdict::flaky, Cause::exit_zero, 0));
    second.attempt = 2;
    auto third = finished("a", sample_outcome(Verdict::pass, Cause::exit_zero, 0));
    third.round = 2;
    auto fourth = third;
    fourth.attempt = 3;
    EXPECT_EQ(lines_of({first, second, third, fourth, end}), "RETRY       12 ms        -  a: exit 1\n"
                                                             "FLAKY       12 ms        -  a (attempt 2)\n"
                                                             "PASS        12 ms        -  a (round 2)\n"
                                                             "PASS        12 ms        -  a (round 2, attempt 3)\n"
                                                             "3 passed, 0 failed, 0 skipped (1 flaky) in 5 ms\n");
}

TEST(CaseWords, SetUpsAreCountedOnlyWhereTheyWentWrong)
{
    const std::string text = lines_of({finished("up", sample_outcome(Verdict::pass, Cause::exit_zero, 0), Role::setup),
                                       finished("down", sample_outcome(Verdict::fail, Cause::exit_nonzero, 1), Role::teardown), end});
    EXPECT_TRUE(text.ends_with("0 passed, 1 failed, 0 skipped in 5 ms\n")) << text;
}

} // namespace
} // namespace hutch::report

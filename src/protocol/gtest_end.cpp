// See gtest.h. What ends: a test, a run, the output; and what that makes of the report.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/case_list.h"
#include "protocol/gtest.h"

namespace hutch::protocol {
namespace {

constexpr std::string_view suite_steps = "SetUpTestSuite or TearDownTestSuite";
constexpr std::string_view no_suite =
    "outside of tests"; ///< the environment, or with --gtest_brief=1 the test or suite in which the program ended

/// One byte more than a case keeps: add_case() then cuts at a whole character.
std::string case_text(std::string_view text, std::size_t longest)
{
    return std::string(text.substr(0, longest + 1));
}

CaseVerdict verdict_of(GtestMark mark)
{
    switch (mark) {
    case GtestMark::ok:
        return CaseVerdict::pass;
    case GtestMark::skipped:
        return CaseVerdict::skip;
    default:
        return CaseVerdict::fail;
    }
}

std::size_t& count_of(GtestRun& run, CaseVerdict verdict)
{
    switch (verdict) {
    case CaseVerdict::pass:
        return run.passed;
    case CaseVerdict::skip:
        return run.skipped;
    case CaseVerdict::planned:
        return run.disabled;
    case CaseVerdict::fail:
        break;
    }
    return run.failed;
}

} // namespace

void GtestReader::add(const GtestName& name, CaseVerdict verdict, std::optional<Microseconds> duration, std::string message)
{
    ++count_of(run_, verdict);
    add_case(report_, {.group = case_text(name.suite, longest_case_name),
                       .name = case_text(name.test, longest_case_name),
                       .verdict = verdict,
                       .duration = duration,
                       .message = std::move(message)});
}

void GtestReader::end_test(const Marked& marked, const GtestEnd& end)
{
    if (!marked.before.empty()) {
        keep(marked.before);
    }
    const CaseVerdict verdict = verdict_of(marked.mark);
    const bool says_why = verdict == (block_ == Block::failure ? CaseVerdict::fail : CaseVerdict::skip);
    std::string message = take_block();
    if (!says_why) {
        message.clear();
    }
    if (verdict == CaseVerdict::fail && !end.where.empty()) {
        message += message.empty() ? "" : "\n";
        message += case_text(end.where, longest_case_message);
    }
    add(end.name, verdict, end.duration, std::move(message));
    running_.clear();
}

/// The test that runs never said how it ended: the program crashed or left.
void GtestReader::lose_test()
{
    const bool failed = block_ == Block::failure;
    const std::string text = take_block();
    const std::string name = std::exchange(running_, {});
    add(read_gtest_name(name).value_or(GtestName{}), CaseVerdict::fail, std::nullopt,
        "began and did not end" + (failed ? "\n" + text : ""));
}

/// A failure outside of all tests is a case of its own, beside the tests that the summary counts.
void GtestReader::add_broken_suite(std::string_view suite, std::string message)
{
    add_case(report_, {.group = case_text(suite, longest_case_name),
                       .name = std::string(suite.empty() ? no_suite : suite_steps),
                       .verdict = CaseVerdict::fail,
                       .message = std::move(message)});
}

/// The summary names a suite that failed; what it said is known already, unless that was too much.
void GtestReader::confirm_suite(std::string_view suite)
{
    const auto known = std::ranges::find(run_.outside, case_text(suite, longest_case_name), &GtestRun::Outside::suite);
    if (known == run_.outside.end()) {
        add_broken_suite(suite, {});
        return;
    }
    add_broken_suite(suite, std::move(known->message));
    run_.outside.erase(known);
}

void GtestReader::close_run()
{
    if (!run_.begun) {
        return;
    }
    any_run_ = true;
    const GtestRun run = std::exchange(run_, {});
    const std::string suite = std::exchange(suite_, {});
    if (!run.ran) {
        complain(report_, suite.empty() ? std::string(run_not_ended) : fmt::format("{}; suite {} was running", run_not_ended, suite));
    } else if (const auto found = contradiction(run)) {
        complain(report_, *found);
    }
    if (run.ran && !run.said_failed) {
        skip_reason_ = run.skip_reason;
        return; // what looked like a failure outside of tests was a text, or its exit code tells
    }
    for (const GtestRun::Outside& outside : run.outside) {
        add_broken_suite(outside.suite, outside.message);
    }
}

/// No test ran, and that is no pass: the file is skipped where something says why, else there is a complaint.
void GtestReader::explain_nothing()
{
    if (!any_run_) {
        complain(report_, "no test was run: no '[==========]' line of GoogleTest in the output");
    }
    if (!report_.complaint.empty() || report_.total() > report_.planned) {
        return;
    }
    if (!skip_reason_.empty()) {
        report_.skip_reason = skip_reason_;
    } else if (report_.planned > 0) {
        report_.skip_reason = fmt::format("no test was run: {} disabled", report_.planned);
    } else if (!shard_.empty()) {
        report_.skip_reason = fmt::format("no test in shard {}", shard_);
    } else if (!filter_.empty()) {
        report_.skip_reason = fmt::format("no test fits the filter {}", filter_);
    } else {
        complain(report_, "no test was run");
    }
}

} // namespace hutch::protocol

// See spl.h.
#include "protocol/spl.h"

#include <utility>

#include <fmt/format.h>

#include "protocol/case_list.h"
#include "protocol/terminal_codes.h"

namespace hutch::protocol {
namespace {

std::string cases(std::size_t count)
{
    return fmt::format("{} case{}", count, count == 1 ? "" : "s");
}

std::size_t less(std::size_t from, std::size_t count)
{
    return from > count ? from - count : 0;
}

/// What is wrong with a verdict line by itself; "" when nothing is. The order is of what helps most.
std::string verdict_complaint(const SplVerdict& told)
{
    using Outcome = SplVerdict::Outcome;
    const std::string outcome = "outcome=" + told.outcome_word;
    const bool skipped = told.outcome == Outcome::skipped;
    if (!told.complaint.empty()) {
        return "the verdict line cannot be read: " + told.complaint;
    }
    if (told.dropped > 0) {
        return fmt::format("{} {} dropped", cases(told.dropped), told.dropped == 1 ? "was" : "were");
    }
    if (told.executed == 0 && !skipped) {
        const bool sound = told.outcome == Outcome::passed || told.outcome == Outcome::unsaid;
        return sound ? "nothing was executed" : "nothing was executed, " + outcome;
    }
    if (told.outcome == Outcome::unsound) {
        return "the verdict line says " + outcome;
    }
    if (told.executed < told.declared && !skipped) {
        return fmt::format("{} declared, {} executed", cases(told.declared), told.executed);
    }
    if (told.passed + told.failed + told.skipped != told.executed) {
        return fmt::format("the verdict line says executed={}, and {} passed, {} failed, {} skipped", told.executed,
                           told.passed, told.failed, told.skipped);
    }
    if (told.failed > 0 && told.outcome == Outcome::passed) {
        return fmt::format("the verdict line says {} and failed={}", outcome, told.failed);
    }
    if (told.failed == 0 && told.outcome == Outcome::failed) {
        return fmt::format("the verdict line says {}, though no case failed", outcome);
    }
    if (told.passed + told.failed > 0 && skipped) {
        return fmt::format("the verdict line says {}, though {} ran", outcome, cases(told.passed + told.failed));
    }
    return {};
}

} // namespace

void SplReader::feed(std::string_view bytes)
{
    lines_.feed(bytes, [this](std::string_view line) { take_line(line); });
}

void SplReader::take_line(std::string_view raw)
{
    std::string stripped;
    if (raw.contains('\x1b')) {
        stripped = without_terminal_codes(raw);
        raw = stripped;
    }
    const SplIndented line = split_indentation(raw);
    if (line.text.empty()) {
        groups_.blank_line();
        return;
    }
    if (const auto mark = parse_spl_mark(line.text)) {
        end_case();
        take_mark(line.columns, *mark);
    } else if (!take_message(line)) {
        end_case();
        if (line.columns > 0 || !take_summary(line.text)) {
            groups_.heading(line.columns, line.text);
        }
    }
}

/// Summaries stand in the first column: an indented one is a nested group's, which the outer one counts again.
bool SplReader::take_summary(std::string_view line)
{
    if (const auto examples = parse_spl_examples(line)) {
        count_group(*examples);
        // A verdict ends the output. One that is followed by a summary was printed by a case, of another file.
        verdict_.reset();
        return true;
    }
    if (auto verdict = parse_spl_verdict(line)) {
        verdict_ = std::move(verdict);
        return true;
    }
    if (auto results = parse_spl_results(line)) {
        results_ = std::move(results);
        return true;
    }
    return false;
}

void SplReader::take_mark(std::size_t columns, const SplMark& mark)
{
    Case found{.group = groups_.of_case(columns),
               .name = std::string(mark.name),
               .verdict = mark.verdict,
               .duration = {},
               .message = std::string(mark.reason)};
    switch (mark.verdict) {
    case CaseVerdict::pass:
        ++group_.passed;
        break;
    case CaseVerdict::skip:
        ++group_.skipped;
        break;
    default:
        ++group_.failed;
        failed_ = std::move(found);
        failed_columns_ = columns;
        return;
    }
    add_case(report_, std::move(found));
}

/// What stands deeper than a ✗ is its message.
bool SplReader::take_message(const SplIndented& line)
{
    if (!failed_ || line.columns <= failed_columns_) {
        return false;
    }
    std::string& message = failed_->message;
    if (message.empty()) {
        message_columns_ = line.columns;
    } else if (message.size() < longest_case_message) {
        message += '\n';
        message.append(std::min(less(line.columns, message_columns_), std::size_t{64}), ' ');
    }
    if (message.size() < longest_case_message) {
        message += line.text.substr(0, longest_case_message); // add_case() cuts it at a whole character
    }
    return true;
}

void SplReader::end_case()
{
    if (failed_) {
        add_case(report_, *std::exchange(failed_, std::nullopt));
    }
}

void SplReader::count_group(const SplExamples& told)
{
    const auto complain_first = [this](std::string complaint) {
        if (examples_complaint_.empty()) {
            examples_complaint_ = std::move(complaint);
        }
    };
    if (!told.complaint.empty()) {
        complain_first("a summary cannot be read: " + told.complaint);
    } else if (told.failures > told.examples) {
        complain_first(fmt::format("a summary tells of {} and {} failed", cases(told.examples), told.failures));
    } else if (group_.failed > told.failures) {
        complain_first(fmt::format("{} failed, the summary tells of {}", cases(group_.failed), told.failures));
    } else if (group_.skipped > told.examples - told.failures) {
        complain_first(fmt::format("{} skipped, the summary tells of {} and {} failed", cases(group_.skipped),
                                   cases(told.examples), told.failures));
    }
    ++summaries_;
    examples_ += told.examples;
    failures_ += told.failures;
    unseen_ += less(told.examples, group_.total());
    group_ = {};
    groups_.top_ended();
}

CaseReport SplReader::finish()
{
    lines_.finish([this](std::string_view line) { take_line(line); });
    end_case();
    const Counts seen{report_.passed, report_.failed, report_.skipped};
    if (verdict_) {
        use_verdict(seen);
    } else if (summaries_ > 0) {
        use_examples(seen);
    } else if (results_) {
        use_results(seen);
    } else {
        use_marks(seen);
    }
    return std::exchange(report_, {});
}

void SplReader::use_verdict(const Counts& seen)
{
    const SplVerdict& told = *verdict_;
    complain(report_, verdict_complaint(told));
    if (!told.complaint.empty()) {
        return;
    }
    set_counts({told.passed, told.failed, told.skipped});
    if (told.outcome == SplVerdict::Outcome::skipped && report_.complaint.empty()) {
        report_.skip_reason = "the verdict line says outcome=" + told.outcome_word;
    }
    if (seen.failed > told.failed || failures_ > told.failed) {
        complain(report_, fmt::format("{} failed, the verdict line says failed={}",
                                      cases(std::max(seen.failed, failures_)), told.failed));
    }
    if (results_ && results_->failed != told.failed) {
        complain(report_,
                 fmt::format("the verdict line says failed={}, the results {} failed", told.failed, results_->failed));
    }
}

void SplReader::use_examples(const Counts& seen)
{
    set_counts(
        {less(examples_, failures_ + seen.skipped), failures_, std::min(seen.skipped, less(examples_, failures_))});
    complain(report_, examples_complaint_);
    if (examples_ == 0) {
        complain(report_, "nothing was executed");
    }
    if (seen.total() > 0 && unseen_ > 0) {
        complain(report_, fmt::format("the summaries tell of {}, {} of them without a line of their own",
                                      cases(examples_), unseen_));
    }
    if (group_.total() > 0 && !results_) {
        complain(report_, fmt::format("the output ends without a summary of the last {}", cases(group_.total())));
    }
    if (results_ && results_->failed != failures_) {
        complain(report_,
                 fmt::format("the summaries tell of {} failed, the results of {}", failures_, results_->failed));
    }
}

void SplReader::use_results(const Counts& seen)
{
    const SplResults& told = *results_;
    if (!told.complaint.empty()) {
        complain(report_, "the results cannot be read: " + told.complaint);
        return;
    }
    set_counts({told.passed, told.failed, told.skipped});
    if (told.dropped > 0) {
        complain(report_, fmt::format("{} {} dropped", cases(told.dropped), told.dropped == 1 ? "was" : "were"));
    }
    if (told.passed + told.failed + told.skipped == 0) {
        complain(report_, "nothing was executed");
    }
    if (told.passed + told.failed + told.skipped != told.total) {
        complain(report_, fmt::format("the results tell of {}, and {} passed, {} failed, {} skipped", cases(told.total),
                                      told.passed, told.failed, told.skipped));
    }
    if (seen.failed > told.failed) {
        complain(report_, fmt::format("{} failed, the results tell of {}", cases(seen.failed), told.failed));
    }
}

void SplReader::use_marks(const Counts& seen)
{
    complain(report_, seen.total() == 0
                          ? "nothing was executed"
                          : fmt::format("the output ends without a summary of the last {}", cases(seen.total())));
}

void SplReader::set_counts(const Counts& counts)
{
    report_.passed = counts.passed;
    report_.failed = counts.failed;
    report_.skipped = counts.skipped;
}

bool looks_like_spl(std::string_view line)
{
    const std::string stripped = without_terminal_codes(line);
    const SplIndented found = split_indentation(stripped);
    return parse_spl_mark(found.text) ||
           (found.columns == 0 && (parse_spl_examples(found.text) || parse_spl_verdict(found.text)));
}

} // namespace hutch::protocol

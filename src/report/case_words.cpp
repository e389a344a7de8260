#include "report/case_words.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::report {

namespace {

constexpr std::size_t names_shown = 3;

/// The first line that says something.
std::string_view first_line(std::string_view text)
{
    for (const std::string_view line : base::lines(text)) {
        if (const std::string_view said = base::trim(line); !said.empty()) {
            return said;
        }
    }
    return {};
}

/// One failure with its message, several by their names.
std::string which_failed(const CaseReport& report)
{
    std::string words;
    std::size_t shown = 0;
    for (const Case& each : report.cases) {
        if (each.verdict != CaseVerdict::fail || shown == names_shown) {
            continue;
        }
        words += fmt::format("{}{}", shown == 0 ? "" : ", ", case_name(each, report.protocol));
        if (const auto line = first_line(each.message); report.failed == 1 && !line.empty()) {
            words += fmt::format(": {}", line);
        }
        ++shown;
    }
    if (report.failed > shown && shown > 0) {
        words += fmt::format(" and {} more", report.failed - shown);
    }
    return words;
}

} // namespace

std::string case_name(const Case& each, Protocol protocol)
{
    if (each.group.empty()) {
        return each.name.empty() ? "a case without a name" : each.name;
    }
    if (each.name.empty()) {
        return fmt::format("{} > a case without a name", each.group);
    }
    return fmt::format("{}{}{}", each.group, protocol == Protocol::gtest || protocol == Protocol::junit ? "." : " > ", each.name);
}

std::string failed_cases_words(const Outcome& outcome)
{
    if (!outcome.cases) {
        return {};
    }
    const CaseReport& report = *outcome.cases;
    std::string words;
    if (report.failed > 0) {
        const std::string which = which_failed(report);
        words = fmt::format("{} of {} {} failed{}{}", report.failed, report.total(), report.total() == 1 ? "case" : "cases",
                            which.empty() ? "" : ": ", which);
    }
    if (!report.complaint.empty()) {
        words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", to_string(report.protocol), report.complaint);
    }
    return words;
}

std::string case_count_words(const Outcome& outcome)
{
    if (!outcome.cases || outcome.cases->total() == 0) {
        return {};
    }
    const CaseReport& report = *outcome.cases;
    std::string words = fmt::format("{} {}", report.total(), report.total() == 1 ? "case" : "cases");
    const auto add = [&](std::size_t count, std::string_view kind) {
        words += count > 0 ? fmt::format(", {} {}", count, kind) : "";
    };
    add(report.failed, "failed");
    add(report.skipped, "skipped");
    add(report.planned, "planned");
    return words;
}

} // namespace hutch::report

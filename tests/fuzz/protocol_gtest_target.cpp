// What a program's output can do to GoogleTest's reader: however it is cut into pieces the report is the same, and it keeps its bounds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/gtest.h"

namespace {

using hutch::Case;
using hutch::CaseReport;
using hutch::CaseVerdict;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

CaseReport read(std::string_view text, std::size_t piece)
{
    hutch::protocol::GtestReader reader;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        reader.feed(text.substr(0, piece));
    }
    return reader.finish();
}

std::size_t listed(const CaseReport& report, CaseVerdict verdict)
{
    return static_cast<std::size_t>(std::ranges::count(report.cases, verdict, &Case::verdict));
}

void check(const CaseReport& report)
{
    // Counts may be more than the cases: the summary's of --gtest_brief=1, and disabled ones without a name.
    require(report.passed >= listed(report, CaseVerdict::pass) && report.skipped >= listed(report, CaseVerdict::skip));
    require(report.planned >= listed(report, CaseVerdict::planned));
    require(report.failed == listed(report, CaseVerdict::fail) || report.cases.size() == hutch::most_cases);
    require(report.cases.size() <= hutch::most_cases && report.complaint.size() <= hutch::longest_case_message);
    for (const Case& each : report.cases) {
        require(each.group.size() <= hutch::longest_case_name && each.name.size() <= hutch::longest_case_name);
        require(each.message.size() <= hutch::longest_case_message && !each.name.empty());
    }
    // Nothing that ran is never a pass.
    require(report.passed + report.failed + report.skipped > 0 || !report.complaint.empty() || !report.skip_reason.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const CaseReport report = read(text, std::max<std::size_t>(size, 1));
    check(report);
    require(read(text, 1) == report && read(text, 7) == report);
    hutch::protocol::looks_like_gtest(text);
    return 0;
}

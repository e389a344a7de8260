// What a JUnit file can do to its reader: the report keeps its bounds, its counts are those of its cases, and a file without a case is
// never a pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/junit.h"

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

std::size_t listed(const CaseReport& report, CaseVerdict verdict)
{
    return static_cast<std::size_t>(std::ranges::count(report.cases, verdict, &Case::verdict));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const CaseReport report = hutch::protocol::read_junit({reinterpret_cast<const char*>(data), size});
    require(report.cases.size() == std::min(report.total(), hutch::most_cases));
    if (report.cases.size() < hutch::most_cases) {
        require(report.passed == listed(report, CaseVerdict::pass) && report.failed == listed(report, CaseVerdict::fail));
        require(report.skipped == listed(report, CaseVerdict::skip) && report.planned == listed(report, CaseVerdict::planned));
    }
    require(report.total() > 0 || !report.complaint.empty());
    require(report.complaint.size() <= hutch::longest_case_message && report.skip_reason.empty());
    for (const Case& each : report.cases) {
        require(each.group.size() <= hutch::longest_case_name && each.name.size() <= hutch::longest_case_name);
        require(each.message.size() <= hutch::longest_case_message);
        require(!each.duration || each.duration->count() >= 0);
    }
    return 0;
}

// What a test's output can do to the TAP reader. However the output is cut, the report is the same; what is counted is what is kept, up to
// the bounds of hutch/cases.h; and a file that says nothing of its cases never passes in silence.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/tap.h"

namespace {

using namespace hutch;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

CaseReport read_in_pieces(std::string_view output, std::size_t piece)
{
    protocol::TapReader reader;
    for (; !output.empty(); output.remove_prefix(std::min(piece, output.size()))) {
        reader.feed(std::string(output.substr(0, piece))); // a copy: a view kept for longer is seen
    }
    return reader.finish();
}

void check_counts(const CaseReport& report)
{
    require(report.protocol == Protocol::tap);
    require(report.cases.size() == std::min(report.total(), most_cases));
    if (report.total() > most_cases) {
        return;
    }
    const auto count = [&](CaseVerdict verdict) {
        return static_cast<std::size_t>(std::ranges::count(report.cases, verdict, &Case::verdict));
    };
    require(count(CaseVerdict::pass) == report.passed && count(CaseVerdict::fail) == report.failed);
    require(count(CaseVerdict::skip) == report.skipped && count(CaseVerdict::planned) == report.planned);
}

void check_bounds(const CaseReport& report)
{
    for (const Case& each : report.cases) {
        require(each.group.empty());
        require(each.name.size() <= longest_case_name && each.message.size() <= longest_case_message);
        require(!each.duration || each.duration->count() >= 0);
    }
    require(report.complaint.size() <= longest_case_message && report.skip_reason.size() <= longest_case_message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view output(reinterpret_cast<const char*>(data), size);
    const CaseReport report = read_in_pieces(output, std::max<std::size_t>(size, 1));
    require(report == read_in_pieces(output, 1));
    require(report == read_in_pieces(output, 7));
    check_counts(report);
    check_bounds(report);
    require(report.total() > 0 || !report.complaint.empty() || !report.skip_reason.empty());
    require(report.skip_reason.empty() || (report.complaint.empty() && report.total() == 0));
    (void)protocol::looks_like_tap(output);
    return 0;
}

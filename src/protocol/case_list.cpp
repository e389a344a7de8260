// See case_list.h.
#include "protocol/case_list.h"

#include <string>
#include <utility>

namespace hutch::protocol {
namespace {

void cut(std::string& text, std::size_t longest)
{
    if (text.size() <= longest) {
        return;
    }
    const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
    std::size_t end = longest;
    while (end > 0 && longest - end < 4 && continues(end)) {
        --end;
    }
    text.resize(end);
}

} // namespace

void add_case(CaseReport& report, Case found)
{
    switch (found.verdict) {
    case CaseVerdict::pass:
        ++report.passed;
        break;
    case CaseVerdict::fail:
        ++report.failed;
        break;
    case CaseVerdict::skip:
        ++report.skipped;
        break;
    case CaseVerdict::planned:
        ++report.planned;
        break;
    }
    if (report.cases.size() == most_cases) {
        return;
    }
    cut(found.group, longest_case_name);
    cut(found.name, longest_case_name);
    cut(found.message, longest_case_message);
    report.cases.push_back(std::move(found));
}

void complain(CaseReport& report, std::string_view complaint)
{
    if (report.complaint.empty()) {
        report.complaint = complaint.substr(0, longest_case_message + 1); // what follows the cut tells where a character begins
        cut(report.complaint, longest_case_message);
    }
}

} // namespace hutch::protocol

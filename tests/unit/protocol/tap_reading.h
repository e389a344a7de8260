// Outputs → reports, and reports → text, for the tests of the TAP reader.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "protocol/tap.h"

namespace hutch::protocol::test {

/// The output in pieces of `piece` bytes; 0: at once. Each piece is copied to the heap, so that a view kept across pieces is seen.
inline CaseReport read_tap(std::string_view output, std::size_t piece = 0)
{
    TapReader reader;
    while (piece > 0 && output.size() > piece) {
        reader.feed(std::string(output.substr(0, piece)));
        output.remove_prefix(piece);
    }
    reader.feed(std::string(output));
    return reader.finish();
}

/// A line for each case, "verdict name (1500 us) | message", then what is said of the file. '\n' in a message is shown as '/'.
inline std::string shown(const CaseReport& report)
{
    std::string text;
    for (const Case& each : report.cases) {
        std::string message = each.message;
        for (char& one : message) {
            one = one == '\n' ? '/' : one;
        }
        text += fmt::format("{} {}{}{}{}\n", to_string(each.verdict), each.name,
                            each.duration ? fmt::format(" ({} us)", each.duration->count()) : "",
                            message.empty() ? "" : " | ", message);
    }
    if (!report.skip_reason.empty()) {
        text += "skipped: " + report.skip_reason + "\n";
    }
    if (!report.complaint.empty()) {
        text += "complaint: " + report.complaint + "\n";
    }
    return text;
}

} // namespace hutch::protocol::test

// What a test's output can do to the reader of Simple specs, to the detection of protocols and to the marks of a source. However the bytes are
// cut, the report is the same; counts belong together; bounds hold.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/detect.h"
#include "protocol/spl.h"

namespace {

using namespace hutch;
using namespace hutch::protocol;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

bool always(std::string_view)
{
    return true;
}

constexpr std::array<Speaker, 2> speakers{{{Protocol::tap, always}, {Protocol::spl, looks_like_spl}}};

/// Pieces of this many bytes; 0: all at once.
CaseReport read(std::string_view text, std::size_t piece)
{
    SplReader reader;
    for (piece = piece == 0 ? text.size() : piece; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        reader.feed(text.substr(0, piece));
    }
    return reader.finish();
}

void check_report(const CaseReport& report)
{
    require(report.protocol == Protocol::spl && report.planned == 0);
    require(report.cases.size() <= most_cases && report.complaint.size() <= longest_case_message);
    require(report.total() > 0 || !report.complaint.empty() || !report.skip_reason.empty());
    require(report.skip_reason.empty() || (report.passed == 0 && report.failed == 0 && report.complaint.empty()));
    std::size_t failed = 0;
    for (const Case& one : report.cases) {
        require(one.group.size() <= longest_case_name && one.name.size() <= longest_case_name &&
                one.message.size() <= longest_case_message);
        failed += one.verdict == CaseVerdict::fail ? 1 : 0;
    }
    require(failed <= report.failed || !report.complaint.empty()); // no ✗ is lost
}

Protocol detect(std::string_view text, std::size_t piece)
{
    Detector detector(speakers);
    std::size_t fed = 0;
    bool answered = false;
    for (piece = piece == 0 ? text.size() : piece; fed < text.size(); fed += std::min(piece, text.size() - fed)) {
        const auto answer = detector.feed(text.substr(fed, piece));
        require(!(answer && answered));
        require(answered || answer || detector.kept() == text.substr(0, fed + piece));
        require(answered || !answer || detector.kept() == text.substr(0, fed));
        require(detector.kept().size() <= Detector::most_bytes);
        answered = answered || answer;
    }
    return detector.finish();
}

void check_marks(std::string_view text)
{
    const SplMarks marks = read_spl_marks(text);
    require(marks.tags.size() <= most_spl_tags);
    for (const std::string& tag : marks.tags) {
        require(!tag.empty() && !tag.contains('\n'));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const CaseReport report = read(text, 0);
    check_report(report);
    require(read(text, 1) == report && read(text, 7) == report);
    const Protocol protocol = detect(text, 0);
    require(detect(text, 1) == protocol && detect(text, 5) == protocol);
    check_marks(text);
    return 0;
}

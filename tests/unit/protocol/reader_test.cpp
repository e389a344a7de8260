// One reader for all protocols, lines however they are cut, and the bounds of reports.
#include "protocol/reader.h"

#include <gtest/gtest.h>

#include "protocol/case_list.h"
#include "protocol/line_splitter.h"

namespace hutch::protocol {
namespace {

std::shared_ptr<const CaseReport> read(Protocol protocol, std::string_view text, std::size_t piece = 1)
{
    Reader reader(protocol);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        reader.feed(text.substr(0, piece));
    }
    return reader.finish();
}

constexpr std::string_view tap = "TAP version 13\n1..2\nok 1 - a\nnot ok 2 - b\n";

TEST(Reader, ExitAndJunitReadNothing)
{
    EXPECT_EQ(read(Protocol::exit, tap), nullptr);
    EXPECT_EQ(read(Protocol::junit, tap), nullptr);
    EXPECT_EQ(read(Protocol::automatic, ""), nullptr);
    EXPECT_EQ(read(Protocol::automatic, "ok, this is prose\n"), nullptr);
}

TEST(Reader, DeclaredOrFoundOutIsTheSameInAnyPieces)
{
    const auto declared = read(Protocol::tap, tap, tap.size());
    ASSERT_TRUE(declared);
    EXPECT_EQ(declared->passed, 1u);
    EXPECT_EQ(declared->failed, 1u);
    for (std::size_t piece = 1; piece <= tap.size(); ++piece) {
        ASSERT_EQ(*read(Protocol::tap, tap, piece), *declared) << piece;
        const auto found = read(Protocol::automatic, tap, piece);
        ASSERT_TRUE(found) << piece;
        ASSERT_EQ(*found, *declared) << piece;
    }
}

TEST(Reader, SilenceOfADeclaredProtocolIsAComplaint)
{
    for (const Protocol protocol : {Protocol::tap, Protocol::gtest, Protocol::spl}) {
        const auto report = read(protocol, "");
        ASSERT_TRUE(report) << to_string(protocol);
        EXPECT_EQ(report->protocol, protocol);
        EXPECT_FALSE(report->complaint.empty()) << to_string(protocol);
    }
}

std::vector<std::string> lines(std::string_view text, std::size_t piece)
{
    LineSplitter splitter;
    std::vector<std::string> all;
    const auto take = [&](std::string_view line) { all.emplace_back(line); };
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        splitter.feed(text.substr(0, piece), take);
    }
    splitter.finish(take);
    return all;
}

TEST(LineSplitter, HoweverItIsCut)
{
    const std::string text = "a\r\n\n\r\nb\rc\nlast\r";
    const std::vector<std::string> expected{"a", "", "", "b\rc", "last"};
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        EXPECT_EQ(lines(text, piece), expected) << piece;
    }
    EXPECT_EQ(lines("", 1), std::vector<std::string>{});
    EXPECT_EQ(lines("\n", 1), std::vector<std::string>{""});
}

TEST(LineSplitter, ALongLineEndsAtTheBound)
{
    for (const std::size_t size : {longest_line - 1, longest_line, longest_line + 1, 3 * longest_line}) {
        const std::string text = std::string(size, 'x') + "\ny\n";
        const std::vector<std::string> expected{std::string(std::min(size, longest_line), 'x'), "y"};
        for (const std::size_t piece : {std::size_t{4093}, longest_line, text.size()}) {
            EXPECT_EQ(lines(text, piece), expected) << size << ' ' << piece;
        }
    }
}

TEST(CaseList, TextIsCutAtAWholeCharacter)
{
    const std::string smile = "\xf0\x9f\x98\x80";
    for (std::size_t before = longest_case_message - 4; before <= longest_case_message + 1; ++before) {
        const std::string text = std::string(before, 'x') + smile;
        CaseReport report;
        complain(report, text);
        const bool whole = before + smile.size() <= longest_case_message;
        EXPECT_EQ(report.complaint.size(), whole ? before + 4 : std::min(before, longest_case_message)) << before;
        add_case(report, {.group = "", .name = "a", .verdict = CaseVerdict::fail, .duration = {}, .message = text});
        EXPECT_EQ(report.cases[0].message, report.complaint);
    }
}

TEST(CaseList, TheFirstComplaintCountsAndAllCasesAreCounted)
{
    CaseReport report;
    complain(report, "first");
    complain(report, "second");
    EXPECT_EQ(report.complaint, "first");
    for (std::size_t i = 0; i < most_cases + 5; ++i) {
        add_case(report, {.group = "", .name = "a", .verdict = CaseVerdict::pass, .duration = {}, .message = ""});
    }
    EXPECT_EQ(report.passed, most_cases + 5);
    EXPECT_EQ(report.cases.size(), most_cases);
}

} // namespace
} // namespace hutch::protocol

// Single lines of TAP: where a directive begins, what is escaped, what is a number. The table's first part is the TAP 14 specification's.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/tap_line.h"

namespace hutch::protocol {
namespace {

TapPoint point(std::string_view line)
{
    const TapLine read = read_tap_line(line);
    const auto* found = std::get_if<TapPoint>(&read);
    EXPECT_NE(found, nullptr) << line;
    return found != nullptr ? *found : TapPoint{};
}

TEST(TapLine, directives_and_escapes)
{
    struct Row {
        std::string_view line, description;
        TapDirective directive = TapDirective::none;
        std::string_view reason = {};
    };
    using enum TapDirective;
    const std::vector<Row> rows = {
        {R"(ok 1 - hello # todo)", "hello", todo},
        {R"(ok 2 - hello \# todo)", "hello # todo"},
        {R"(ok 3 - hello # todo hash \# character)", "hello", todo, "hash # character"},
        {R"(ok 4 - hello # todo hash # character)", "hello", todo, "hash # character"},
        {R"(ok 5 - hello \\# todo hash \# character)", R"(hello \)", todo, "hash # character"},
        {R"(ok 6 - hello \\# todo hash # character)", R"(hello \)", todo, "hash # character"},
        {R"(ok 7 - hello # description # todo)", "hello # description # todo"},
        {R"(ok 8 - hello \\\\\\\# todo)", R"(hello \\\# todo)"},
        {R"(ok 1 - must be skipped test # SKIP)", "must be skipped test", skip},
        {R"(ok 2 - must not be skipped test \# SKIP)", "must not be skipped test # SKIP"},
        {R"(ok 1 - do it later # Skipped)", "do it later", skip},
        {R"(ok 2 - works on windows # Skipped: only run on windows)", "works on windows", skip, "only run on windows"},
        {R"(ok 1 # skip this test is skipped)", "", skip, "this test is skipped"},
        {R"(ok 2 not skipped: https://example.com/page.html#skip is a url)",
         "not skipped: https://example.com/page.html#skip is a url"},
        {R"(ok 3 - #SkIp case insensitive, so this is skipped)", "", skip, "case insensitive, so this is skipped"},
        {R"(ok 2 - # SKIP no /sys directory)", "", skip, "no /sys directory"},
        // Ours.
        {R"(ok 1 - may skip# skip)", "may skip# skip"},
        {R"(ok 1 - tight #skip)", "tight", skip},
        {R"(ok#skip)", "#skip"},
        {R"(ok 1#skip)", "1#skip"},
        {"ok 1 - tab\t#\tSKIP\twhy ", "tab", skip, "why"},
        {R"(ok 1 - issue #12 # SKIP why)", "issue #12", skip, "why"},
        {R"(ok 1 - issue # 12 # SKIP why)", "issue # 12 # SKIP why"},
        {R"(ok 1 - ends in #)", "ends in #"},
        {R"(ok 1 - C:\new\\old\)", R"(C:\new\old\)"},
        {R"(ok 1 #)", "#"},
        {R"(ok 1 - \)", R"(\)"},
        {R"(ok # SKIPwhy)", "", skip},
        {R"(ok # ski)", "# ski"},
    };
    for (const Row& row : rows) {
        const TapPoint read = point(row.line);
        EXPECT_EQ(read.description, row.description) << row.line;
        EXPECT_EQ(read.directive, row.directive) << row.line;
        EXPECT_EQ(read.reason, row.reason) << row.line;
    }
}

TEST(TapLine, numbers)
{
    struct Row {
        std::string_view line, number, description;
    };
    const std::vector<Row> rows = {
        {"ok", "", ""},
        {"ok 1", "1", ""},
        {"ok 1 2", "1", "2"},
        {"ok - 1", "", "1"},
        {"ok 007 x", "007", "x"},
        {"ok 1-2", "", "1-2"},
        {"ok 1.5 s", "", "1.5 s"},
        {"not ok 3\t- x", "3", "x"},
        {"ok -1", "", "-1"},
        {"ok +1", "", "+1"},
        {"ok \xd9\xa1", "", "\xd9\xa1"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(point(row.line).number, row.number) << row.line;
        EXPECT_EQ(point(row.line).description, row.description) << row.line;
    }
}

TEST(TapLine, times)
{
    using std::chrono::microseconds;
    EXPECT_EQ(point("ok 1 - x # time=1.5ms").duration, microseconds(1500));
    EXPECT_EQ(point("ok 1 - x # time=1.5ms").description, "x");
    EXPECT_EQ(point("ok 1 - x # SKIP y # time=2s").duration, microseconds(2'000'000));
    EXPECT_EQ(point("ok 1 - x # SKIP y # time=2s").reason, "y");
    EXPECT_EQ(point("ok 1 - x # time=2s # TODO y").duration, microseconds(2'000'000));
    EXPECT_EQ(point("ok 1 # time=2s").description, "");
    for (const std::string_view line :
         {"ok 1 - x # time=", "ok 1 - x # time=12", "ok 1 - x # time=-1s", "ok 1 - x # time=xs", "ok 1 - x# time=1s",
          "ok 1 - x \\# time=1s", "ok 1 - x # time=99999999999999999999999s"}) {
        EXPECT_EQ(point(line).duration, std::nullopt) << line;
        EXPECT_NE(point(line).description, "x") << line;
    }
}

TEST(TapLine, kinds)
{
    // The index of TapLine's alternatives: version, plan, point, bail out, pragma, comment, blank, other.
    const std::vector<std::pair<std::string_view, std::size_t>> rows = {
        {"TAP version 13", 0},
        {"1..3", 1},
        {"ok", 2},
        {"not ok", 2},
        {"BAIL OUT!x", 3},
        {"pragma +a,-b-c", 4},
        {"#", 5},
        {"#!/bin/sh", 5},
        {"", 6},
        {" \t\r", 6},
        {"x", 7},
        {"pragma", 7},
        {"pragma ", 7},
        {"pragma + ", 7},
        {"pragma +a b", 7},
        {"pragma +a,", 7},
        {"TAP version +1", 7},
        {"1..-1", 7},
        {"not", 7},
        {"not ", 7},
        {"no", 7},
        {"o", 7},
        {"ok_", 7},
        {"ok\xc3\xa9", 7},
    };
    for (const auto& [line, kind] : rows) {
        EXPECT_EQ(read_tap_line(line).index(), kind) << line;
    }
}

TEST(TapLine, shortened_at_whole_characters)
{
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcd", 3), "abc…");
    EXPECT_EQ(shortened("ab\xc3\xbc", 3), "ab…");
    EXPECT_EQ(shortened("\xf0\x9f\x98\x80", 3), "…");
    EXPECT_EQ(shortened("\x80\x80\x80\x80\x80\x80\x80\x80", 6).size(), 2 + 3U); // no UTF-8 at all: it still ends
}

} // namespace
} // namespace hutch::protocol

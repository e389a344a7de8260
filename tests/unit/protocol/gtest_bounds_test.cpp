// What GoogleTest's reader keeps and what it costs, whatever a program writes.
#include "protocol/gtest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace hutch::protocol {
namespace {

CaseReport read(std::string_view text)
{
    GtestReader reader;
    reader.feed(text);
    return reader.finish();
}

TEST(GtestBounds, BoundsAreKept)
{
    std::string text = "[==========] Running 20000 tests from 1 test suite.\n[----------] 20000 tests from S\n";
    const std::string name = "S." + std::string(2000, 'n');
    for (int i = 0; i < 20'000; ++i) {
        text += fmt::format("[ RUN      ] S.T{0}\na.cpp:1: Failure\n[  FAILED  ] S.T{0} (0 ms)\n", i);
    }
    text += fmt::format("[ RUN      ] {0}\na.cpp:1: Failure\n", name);
    for (int i = 0; i < 3000; ++i) {
        text += "\xf0\x9f\x98\x80\n";
    }
    const CaseReport many = read(text);
    EXPECT_EQ(many.failed, 20'001U);
    EXPECT_EQ(many.cases.size(), most_cases);
    const CaseReport one = read("[==========] Running 1 test from 1 test suite.\n" + text.substr(text.find("[ RUN      ] " + name)));
    ASSERT_EQ(one.cases.size(), 1U);
    EXPECT_EQ(one.cases[0].name.size(), longest_case_name);
    EXPECT_GT(one.cases[0].message.size(), longest_case_message - 5);
    EXPECT_LE(one.cases[0].message.size(), longest_case_message);
}

/// Seconds at most, also with sanitizers; what a test writes must not cost the square of a line's length.
TEST(GtestBounds, LinesFullOfMarks)
{
    for (const std::string_view mark : {"[  FAILED  ] A.B, where ", "[  FAILED  ] A.B ", "[----------] 1 test from ", "[==========] ", "[ "}) {
        std::string line;
        while (line.size() < longest_line) {
            line += mark;
        }
        GtestReader reader;
        reader.feed("[==========] Running 1 test from 1 test suite.\n[ RUN      ] S.T\n");
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i) {
            reader.feed(line + "\n");
        }
        const auto took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
        EXPECT_LT(took, std::chrono::seconds(5)) << mark;
        reader.feed("[       OK ] S.T (0 ms)\n[==========] 1 test from 1 test suite ran. (0 ms total)\n[  PASSED  ] 1 test.\n");
        EXPECT_EQ(reader.finish().complaint, "") << mark;
    }
}

} // namespace
} // namespace hutch::protocol

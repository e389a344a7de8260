#include "report/excerpt.h"

#include <gtest/gtest.h>

namespace hutch::report {
namespace {

TEST(Excerpt, WholeOutputIsMarkedLineByLine)
{
    EXPECT_EQ(excerpt({.head = "a\nb", .tail = "c\n", .dropped = 0, .total = 5}, 100), "  | a\n  | bc\n");
    EXPECT_EQ(excerpt({}, 100), "");
}

TEST(Excerpt, DroppedBytesAreSaid)
{
    const Captured captured{.head = "begin\n", .tail = "end\n", .dropped = 50 << 20, .total = (50 << 20) + 10};
    EXPECT_EQ(excerpt(captured, 100), "  | begin\n  … 50 MB not shown …\n  | end\n");
}

TEST(Excerpt, LongOutputIsCutAtLines)
{
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += "line " + std::to_string(i) + "\n";
    }
    const std::string shown = excerpt({.head = text, .tail = "", .dropped = 0, .total = text.size()}, 80);
    EXPECT_EQ(shown, "  | line 0\n  | line 1\n  … 8.62 KB not shown …\n  | line 994\n  | line 995\n  | line 996\n"
                     "  | line 997\n  | line 998\n  | line 999\n");
}

TEST(Excerpt, OneEndlessLineIsCutBetweenCharacters)
{
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "ä";
    }
    const std::string shown = excerpt({.head = text, .tail = "", .dropped = 0, .total = text.size()}, 20);
    EXPECT_EQ(shown, "  | ää\n  … 182 B not shown …\n  | äääääää\n");
}

TEST(Excerpt, CannotForgeALineOfOurs)
{
    const std::string shown = excerpt({.head = "\rPASS all\n", .tail = "", .dropped = 0, .total = 10}, 100);
    EXPECT_EQ(shown, "  | \n  | PASS all\n");
}

} // namespace
} // namespace hutch::report

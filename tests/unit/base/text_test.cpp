#include "base/text.h"

#include <gtest/gtest.h>

namespace hutch::base {
namespace {

using Views = std::vector<std::string_view>;

TEST(Text, lines_have_no_empty_one_at_the_end)
{
    EXPECT_EQ(lines("").all(), Views{});
    EXPECT_EQ(lines("a").all(), Views{"a"});
    EXPECT_EQ(lines("a\n").all(), Views{"a"});
    EXPECT_EQ(lines("a\n\nb\n").all(), (Views{"a", "", "b"}));
    EXPECT_EQ(lines("\n").all(), Views{""});
}

TEST(Text, words_skip_all_blanks)
{
    EXPECT_EQ(words("").all(), Views{});
    EXPECT_EQ(words(" \t\n").all(), Views{});
    EXPECT_EQ(words("  cpu \tmemory\n").all(), (Views{"cpu", "memory"}));
}

TEST(Text, split_keeps_empty_pieces)
{
    EXPECT_EQ(split("", ',').all(), Views{""});
    EXPECT_EQ(split(",", ',').all(), (Views{"", ""}));
    EXPECT_EQ(split("a,,b,", ',').all(), (Views{"a", "", "b", ""}));
}

TEST(Text, cut_at_the_first_separator)
{
    EXPECT_EQ(cut("a=b=c", '=').before, "a");
    EXPECT_EQ(cut("a=b=c", '=').after, "b=c");
    EXPECT_EQ(cut("a=", '=').after, "");
    EXPECT_FALSE(cut("a", '=').after);
}

TEST(Text, trim)
{
    EXPECT_EQ(trim(" a b\r\n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Text, numbers_are_strict)
{
    EXPECT_EQ(parse_uint64("0"), 0U);
    EXPECT_EQ(parse_uint64("18446744073709551615"), UINT64_MAX);
    for (const std::string_view bad : {"", " 1", "1 ", "+1", "-1", "1x", "0x1", "18446744073709551616", "max"}) {
        EXPECT_FALSE(parse_uint64(bad)) << bad;
    }
    EXPECT_EQ(parse_int64("-12"), -12);
    EXPECT_FALSE(parse_int64("--1"));
    EXPECT_EQ(parse_decimal("1.50"), 1.5);
    EXPECT_EQ(parse_decimal("7"), 7.0);
    for (const std::string_view bad : {"", ".", ".5", "5.", "1.2.3", "1e3", "inf", "nan", "-1", "+1", "1,5"}) {
        EXPECT_FALSE(parse_decimal(bad)) << bad;
    }
}

TEST(Text, join)
{
    const std::vector<std::string> parts{"a", "b", "c"};
    EXPECT_EQ(join(parts, ", "), "a, b, c");
    EXPECT_EQ(join(Views{"a"}, ", "), "a");
    EXPECT_EQ(join(Views{}, ", "), "");
}

TEST(Text, nearest_word)
{
    const Views known{"memory", "memory_high", "cpus", "pids", "timeout"};
    EXPECT_EQ(nearest("memroy", known), "memory");
    EXPECT_EQ(nearest("timout", known), "timeout");
    EXPECT_EQ(nearest("pid", known), "pids");
    EXPECT_EQ(nearest("cpu", known), "cpus");
    EXPECT_FALSE(nearest("banana", known));
    EXPECT_FALSE(nearest("", known));
    EXPECT_FALSE(nearest(std::string(100000, 'm'), known));
}

TEST(Text, to_lower_is_ascii_only)
{
    EXPECT_EQ(to_lower("KiB µÄ"), "kib µÄ");
}

} // namespace
} // namespace hutch::base

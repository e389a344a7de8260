#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "protocol/spl.h"

namespace hutch::protocol {
namespace {

TEST(Spl, what_looks_like_it)
{
    for (const std::string_view line : {"✓ x", "    ✗ x", "\x1b[33m  ○ x (skipped)\x1b[0m", "3 examples, 0 failures",
                                        "\x1b[32m1 example, 0 failures\x1b[0m", "SPEC FILE VERDICT: x"}) {
        EXPECT_TRUE(looks_like_spl(line)) << line;
    }
    for (const std::string_view line : {"", "x", "✓x", "○ x", "  3 examples, 0 failures", "3 examples", "SPEC", "ok 1",
                                        "Results: 1 total, 1 passed, 0 failed"}) {
        EXPECT_FALSE(looks_like_spl(line)) << line;
    }
}

TEST(SplMarks, in_a_source)
{
    const auto marks = [](std::string_view text) { return read_spl_marks(text); };
    EXPECT_EQ(marks(""), SplMarks{});
    EXPECT_TRUE(marks("describe \"A\":\n    slow_it \"x\":\n").slow);
    EXPECT_TRUE(marks("slow_it(\"x\"):\r\n").slow);
    EXPECT_FALSE(marks("# slow_it is not used\nit \"knows slow_it \":\nslow_item = 3\n").slow);

    EXPECT_EQ(marks("    tag: \"db\"\ntag: 'net'\ntag:\"db\"\ndescribe \"A\", tag: \"x\":\nit(tag: \"y\")\n").tags,
              (std::vector<std::string>{"db", "net", "x", "y"}));
    EXPECT_EQ(
        marks("tag: \"\"\ntag: \"open\ntag: word\nvintage: \"x\"\n# tag: \"x\"\nval x = \"a tag: 'x'\"\ntag:").tags,
        std::vector<std::string>{});

    EXPECT_EQ(marks("# @skip - no threads here\n").skip, "no threads here");
    EXPECT_EQ(marks("  ##@skip: why\n# @skip later\n").skip, "why");
    EXPECT_EQ(marks("# @skip").skip, "");
    EXPECT_EQ(marks("# @skipped x\n# skip\n#\n###\nx # @skip\n").skip, std::nullopt);
    EXPECT_EQ(marks("# @pending\n# @skip\n").planned, "");
    EXPECT_EQ(marks("# @pending when there is a network\n").planned, "when there is a network");

    EXPECT_EQ(marks(std::string(spl_head, '\n') + "slow_it \"x\":\n"), SplMarks{});
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += "tag: \"t" + std::to_string(i) + "\"\n";
    }
    EXPECT_EQ(marks(many).tags.size(), most_spl_tags);
}

} // namespace
} // namespace hutch::protocol

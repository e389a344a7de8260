#include "report/printable.h"

#include <gtest/gtest.h>

namespace hutch::report {
namespace {

using namespace std::string_literals;

TEST(Printable, PlainTextStays)
{
    EXPECT_EQ(printable("a\tb\nä€😀\n"), "a\tb\nä€😀\n");
}

TEST(Printable, TerminalSequencesAreLeftOut)
{
    EXPECT_EQ(printable("\x1b[31mred\x1b[2J\x1b]0;title\a!\x1b]8;;http://x\x1b\\link\x1b(B\x1b=\x1bM."), "red!link.");
}

TEST(Printable, UnendedSequencesSwallowNothingElse)
{
    EXPECT_EQ(printable("a\x1b]0;never ended\nb"), "a\nb");
    EXPECT_EQ(printable("a\x1b"), "a");
    EXPECT_EQ(printable("a\x1b[31"), "a");
    EXPECT_EQ(printable("a\x1b[31\nb"), "a\nb");
    EXPECT_EQ(printable("a\x1b\x1b[1mb"), "ab");
}

TEST(Printable, ControlsAreShown)
{
    EXPECT_EQ(printable("\0\a\x7f\b"s), "^@^G^?^H");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "<U+009B>31m");
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "txt"),
              "<U+202E>txt");
}

TEST(Printable, BrokenUtf8IsReplaced)
{
    const std::string bad = "\xef\xbf\xbd";
    EXPECT_EQ(printable("\xff"), bad);
    EXPECT_EQ(printable("\xc3("), bad + "(");
    EXPECT_EQ(printable("\xe2\x82 "), bad + bad + " ");
    EXPECT_EQ(printable("\xc0\xaf"), bad + bad);                     // overlong '/'
    EXPECT_EQ(printable("\xed\xa0\x80"), bad + bad + bad);           // surrogate
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), bad + bad + bad + bad); // above U+10FFFF
    EXPECT_EQ(printable("x\xf0\x9f\x98"), "x" + bad + bad + bad);
}

TEST(Printable, CarriageReturnsBecomeLines)
{
    EXPECT_EQ(printable("10%\r20%\r\ndone"), "10%\n20%\ndone");
}

TEST(Printable, ALineStaysOneLine)
{
    EXPECT_EQ(printable_line("a\nb\tc\rd"), "a^Jb^Ic^Md");
}

} // namespace
} // namespace hutch::report

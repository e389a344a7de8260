#include "protocol/expressions.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::protocol {
namespace {

using Patterns = std::vector<std::string>;

std::optional<std::size_t> match(const Patterns& patterns, std::string_view text)
{
    const auto compiled = Expressions::compile(patterns, "test");
    EXPECT_TRUE(compiled) << compiled.error().message;
    return compiled ? compiled->first_match(text) : std::nullopt;
}

std::string error(const Patterns& patterns)
{
    const auto compiled = Expressions::compile(patterns, "PASS_REGULAR_EXPRESSION of 'a'");
    EXPECT_FALSE(compiled);
    EXPECT_TRUE(compiled || compiled.error().fault == Fault::usage);
    return compiled ? "" : compiled.error().message;
}

TEST(Expressions, the_first_that_matches)
{
    EXPECT_TRUE(Expressions().empty());
    EXPECT_EQ(Expressions().first_match("x"), std::nullopt);
    EXPECT_TRUE(Expressions::compile({}, "x").value().empty());
    EXPECT_EQ(match({"a", "b"}, "xb a"), 0U);
    EXPECT_EQ(match({"a", "b"}, "xb"), 1U);
    EXPECT_EQ(match({"a", "b"}, "xc"), std::nullopt);
    EXPECT_EQ(match({"a", ""}, ""), 1U);
    EXPECT_EQ(match({"b$"}, std::string_view("a\0b", 3)), 0U);
    EXPECT_EQ(match({"\\xff"}, "\xff"), 0U);
    const Expressions copy = Expressions::compile(Patterns{"a"}, "x").value();
    EXPECT_EQ(Expressions(copy).first_match("a"), 0U);
}

TEST(Expressions, the_whole_text_is_one)
{
    EXPECT_EQ(match({"^b"}, "a\nb\n"), std::nullopt);
    EXPECT_EQ(match({"a$"}, "a\nb\n"), std::nullopt);
    EXPECT_EQ(match({"(?m)^b$"}, "a\nb\n"), 0U);
    EXPECT_EQ(match({"a.b"}, "a\nb"), 0U);
    EXPECT_EQ(match({"b$"}, "b\n"), std::nullopt);
}

TEST(Expressions, errors_name_label_pattern_and_reason)
{
    EXPECT_EQ(error({"a", "b("}), "PASS_REGULAR_EXPRESSION of 'a': 'b(' is no regular expression: missing ): b(");
    EXPECT_EQ(error({"[z-a]"}),
              "PASS_REGULAR_EXPRESSION of 'a': '[z-a]' is no regular expression: invalid character class range: z-a");
    EXPECT_EQ(error({"*"}),
              "PASS_REGULAR_EXPRESSION of 'a': '*' is no regular expression: no argument for repetition operator: *");
    EXPECT_EQ(error({"\\"}), "PASS_REGULAR_EXPRESSION of 'a': '\\' is no regular expression: trailing \\");
    EXPECT_EQ(error(Patterns(Expressions::most_patterns + 1, "a")),
              "PASS_REGULAR_EXPRESSION of 'a': 257 expressions, at most 256 are possible");
    EXPECT_EQ(error({std::string(Expressions::longest_pattern + 1, 'a')}),
              "PASS_REGULAR_EXPRESSION of 'a': '" + std::string(200, 'a') +
                  "…' has 16385 bytes, at most 16384 are possible");
}

TEST(Expressions, memory_and_time_are_bounded)
{
    EXPECT_EQ(error({"((((x{100}){100}){100}){100})"}).substr(0, 34), "PASS_REGULAR_EXPRESSION of 'a': '(");
    EXPECT_NE(error({"((((a|b){100}c){100}d){9}e){9}"}).find("is no regular expression: "), std::string::npos);
    const std::string text = std::string(std::size_t{1} << 20, 'a') + "b";
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(match({"(a*)*c", "(a|aa)+$", "(.*)(.*)(.*)(.*)x", "a[^b]{200}c"}, text),
              std::nullopt); // years by backtracking
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

/// What ctest 3.25 and cmake -P say of the same pattern and text.
TEST(FromKwsys, as_ctest_has_it)
{
    struct Example {
        std::string_view pattern, text;
        bool matches;
    };
    constexpr Example examples[] = {
        {"", "abc\n", true},
        {"abc", "ABC\n", false},
        {"^ok$", "ok\n", false}, // ctest's output always ends with a newline
        {"^ok\n$", "ok\n", true},
        {"^b", "a\nb\n", false},
        {"a$", "a\nb\n", false},
        {"a.b", "a\nb\n", true},
        {"a[^x]b", "a\nb\n", true},
        {"\\d", "7\n", false},
        {"\\d", "d\n", true},
        {"a\\.b", "axb\n", false},
        {"a\\.b", "a.b\n", true},
        {"\\w\\s\\n\\x", "wsnx\n", true},
        {"a{2}", "aa\n", false},
        {"a{2}", "a{2}\n", true},
        {"a{2", "a{2\n", true},
        {"}a", "}a\n", true},
        {"[\\d]", "\\\n", true},
        {"[\\d]", "d\n", true},
        {"[\\d]", "5\n", false},
        {"[[:alpha:]]", "h]\n", true},
        {"[[:alpha:]]", "z\n", false},
        {"[a-c-e]", "d\n", true},
        {"[a-c-e]", "-\n", false},
        {"[]a]", "]\n", true},
        {"[^]a]x", "]x\n", false},
        {"[^]a]x", "bx\n", true},
        {"[-a]", "-\n", true},
        {"[a-]", "-\n", true},
        {"[a^]", "^\n", true},
        {"[a-a]", "a\n", true},
        {"[.*+?()|${}]", "|\n", true},
        {"[^a-z\n]", "abc\n", false},
        {"^.\n$", "é\n", false},
        {"^..\n$", "é\n", true},
        {"é+", "éé\n", true},
        {"[é]", "\xc3\n", true},
        {"a\r\nb", "a\r\nb\n", true},
        {"(a|b)+c", "abac\n", true},
        {"a||b", "x\n", true},
        {"()", "x\n", true},
        {"\x1b\\[3", "\x1b[31m\n", true},
        {"a$b", "a$b\n", false},
        {"-_ ,:;=@<>/\"'!%&~#`", "-_ ,:;=@<>/\"'!%&~#`\n", true},
    };
    for (const Example& example : examples) {
        const auto found = match({from_kwsys(example.pattern)}, example.text);
        EXPECT_EQ(found.has_value(), example.matches)
            << example.pattern << " → " << from_kwsys(example.pattern) << " on " << example.text;
    }
}

TEST(FromKwsys, what_kwsys_refuses)
{
    for (const std::string_view pattern :
         {"a(",       "a)", "*a", "+",  "a|*", "a**", "a++",   "a*+",    "(?:a)", "(?i)a",
          "(?P<x>a)", "[",  "[^", "[]", "[^]", "[a",  "[z-a]", "[^z-a]", "[a-",   "x\\"}) {
        const auto compiled = Expressions::compile(Patterns{from_kwsys(pattern)}, "x");
        EXPECT_FALSE(compiled) << pattern << " → " << from_kwsys(pattern);
    }
}

TEST(FromKwsys, any_byte_is_itself)
{
    for (int value = 0; value < 256; ++value) {
        const char byte = static_cast<char>(value);
        for (const std::string& pattern :
             {std::string("\\") + byte, std::string("[") + byte + "]", std::string("[") + byte + "-" + byte + "]"}) {
            if (pattern == "[^]" || pattern == "[]]" || pattern == "[]-]]" || pattern == "[^-^]" ||
                pattern == "[---]") {
                continue; // these say something else
            }
            EXPECT_EQ(match({"^(?:" + from_kwsys(pattern) + ")$"}, std::string(1, byte)), 0U) << value;
            EXPECT_EQ(match({"^(?:" + from_kwsys(pattern) + ")$"}, std::string(1, static_cast<char>(value ^ 1))),
                      std::nullopt)
                << value;
        }
    }
}

TEST(FromKwsys, a_readable_translation)
{
    EXPECT_EQ(from_kwsys("^Test (a|b)+ passed: [0-9]* of 2{3}\\.$"), "^Test (?:a|b)+ passed: [0-9]* of 2\\{3\\}\\.$");
    EXPECT_EQ(from_kwsys("[^\\d]\t"), "[^\\\\d]\\x09");
}

} // namespace
} // namespace hutch::protocol

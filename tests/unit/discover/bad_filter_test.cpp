// Expressions and flags that are none: refused with the column, what was read and what would work.
#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "discover/filter.h"

namespace hutch::discover {
namespace {

struct Bad {
    std::string text;
    std::size_t column;
    std::string message;
    std::string hint = "";
};

std::ostream& operator<<(std::ostream& out, const Bad& bad)
{
    return out << testing::PrintToString(bad.text);
}

const std::string known = "known: tag, group, level, priority, status, protocol, path, name, slow, exclusive, all, none";
const std::string two = "one of & | - is between two of them";
const std::string not_pair = "an argument with parentheses that are no pair is quoted: name('a(')";
const std::string open_regex = "quote it, if it has parentheses that are no pair: name('[)]')";
const std::string deep = "more than 200 parentheses and negations within each other";

std::string times(std::string_view text, std::size_t count)
{
    std::string all;
    while (count-- > 0) {
        all += text;
    }
    return all;
}

const Bad all[] = {
    {"", 1, "the expression is empty", "all() is every test"},
    {" \n", 1, "the expression is empty", "all() is every test"},
    // predicates
    {"tga(x)", 1, "unknown predicate 'tga'", "did you mean 'tag'?"},
    {"all() & tga(x)", 9, "unknown predicate 'tga'", "did you mean 'tag'?"},
    {"TAG(x)", 1, "unknown predicate 'TAG'", "did you mean 'tag'?"},
    {"nothing(x)", 1, "unknown predicate 'nothing'", known},
    {"smoke", 1, "unknown predicate 'smoke'", "a tag is tag(smoke)"},
    {"smoke & x", 1, "unknown predicate 'smoke'", "a tag is tag(smoke)"},
    {"slow", 5, "'(' is missing behind 'slow'", "slow()"},
    {"tag & slow()", 5, "'(' is missing behind 'tag'", "tag(pattern)"},
    {"slow() & all", 13, "'(' is missing behind 'all'", "all()"},
    {"(x)", 2, "unknown predicate 'x'", "a tag is tag(x)"},
    {"NOT slow()", 1, "unknown predicate 'NOT'", "did you mean 'not'?"},
    {"all() OR all()", 7, "no operator before 'OR'", "did you mean 'or'?"},
    {"(all() And all())", 8, "no operator before 'And'", "did you mean 'and'?"},
    // operators
    {"& all()", 1, "a predicate is missing before '&'"},
    {"and all()", 1, "a predicate is missing before 'and'"},
    {"all() &", 8, "a predicate is missing before the end"},
    {"all() & ", 9, "a predicate is missing before the end"},
    {"all() or", 9, "a predicate is missing before the end"},
    {"all() && all()", 8, "a predicate is missing before '&'", "one & is enough"},
    {"all() || all()", 8, "a predicate is missing before '|'", "one | is enough"},
    {"all() & | all()", 9, "a predicate is missing before '|'"},
    {"all() and or all()", 11, "a predicate is missing before 'or'"},
    {"!", 2, "a predicate is missing before the end"},
    {"not", 4, "a predicate is missing before the end"},
    {"all() ! all()", 7, "no operator before '!'", two},
    {"all() not all()", 7, "no operator before 'not'", two},
    {"all() all()", 7, "no operator before 'all'", two},
    {"all()all()", 6, "no operator before 'all'", two},
    {"all() , all()", 7, "no operator before ','", two},
    {"all() + all()", 7, "no operator before '+'", two},
    {"all() € all()", 7, "no operator before '€'", two},
    {"- all()", 1, "a predicate is missing before '-'"},
    {"--all", 1, "a predicate is missing before '-'"},
    {"all() -- all()", 8, "a predicate is missing before '-'"},
    // parentheses
    {"(", 2, "a predicate is missing before the end"},
    {")", 1, "a predicate is missing before ')'"},
    {"()", 2, "a predicate is missing before ')'"},
    {"all())", 6, "')' without '('"},
    {"all() & (all()", 9, "'(' without ')'"},
    {"((all())", 1, "'(' without ')'"},
    {"(all() all())", 8, "no operator before 'all'", two},
    {"all() (all())", 7, "no operator before '('", two},
    {times("(", 201) + "all()" + times(")", 201), 202, deep},
    {times("!", 201) + "all()", 202, deep},
    {times("!(", 101) + "all()" + times(")", 101), 202, deep},
    {times("not ", 10'000), 805, deep},
    {times("(", 60'000), 202, deep},
    // arguments
    {"tag(", 4, "'(' without ')'", not_pair},
    {"tag(x", 4, "'(' without ')'", not_pair},
    {"name(a(b)", 5, "'(' without ')'", not_pair},
    {"name(a\\)", 5, "'(' without ')'", not_pair},
    {"name(a\\", 5, "'(' without ')'", not_pair},
    {"tag()", 5, "tag() needs an argument"},
    {"tag(  )", 7, "tag() needs an argument"},
    {"name('')", 7, "name() needs an argument"},
    {"slow(x)", 6, "slow() takes no argument"},
    {"all( 'x' )", 7, "all() takes no argument"},
    {"tag('x)", 5, "' without its end"},
    {"tag(\"x')", 5, "\" without its end"},
    {"tag('x\\')", 5, "' without its end"},
    {"tag('x' y)", 9, "')' is missing before 'y'"},
    {"tag('x'", 8, "')' is missing before the end"},
    {"tag('x', 'y')", 8, "')' is missing before ','"},
    // values
    {"tag([)", 5, "pattern '[': '[' without ']'"},
    {"tag({a)", 5, "pattern '{a': '{' without '}'"},
    {"path(a**)", 6, "pattern 'a**': '**' beside other characters", "'**' stands alone between slashes; '*' fits any number of characters"},
    {"tag(a, b)", 6, "pattern 'a, b': no tag and no group has a comma", "one of several is {a, b}"},
    {"group('a,b')", 9, "pattern 'a,b': no tag and no group has a comma", "one of several is {a,b}"},
    {"level(unti)", 7, "level 'unti': one of unit, integration, system", "did you mean 'unit'?"},
    {"level(unit,sys)", 12, "level 'sys': one of unit, integration, system"},
    {"level(unit,)", 12, "level '': one of unit, integration, system"},
    {"level(unit|system)", 7, "level 'unit|system': one of unit, integration, system"},
    {"priority(P4)", 10, "priority 'P4': one of P0, P1, P2, P3"},
    {"priority( P1 ,  5 )", 17, "priority '5': one of P0, P1, P2, P3"},
    {"priority('P1,\\'P2')", 15, "priority ''P2': one of P0, P1, P2, P3"},
    {"status(fialed)", 8, "status 'fialed': one of unknown, passed, failed, skipped, planned, not_run", "did you mean 'failed'?"},
    {"status(Failed)", 8, "status 'Failed': one of unknown, passed, failed, skipped, planned, not_run", "did you mean 'failed'?"},
    {"protocol(tab)", 10, "protocol 'tab': one of exit, tap, gtest, junit, spl, auto", "did you mean 'tap'?"},
    // regular expressions
    {"name(a**b)", 7, "regular expression: bad repetition operator: **"},
    {"name(*a)", 6, "regular expression: no argument for repetition operator: *"},
    {"name(a*|*)", 6, "regular expression: no argument for repetition operator: *"}, // which '*' it is, is not known
    {"name(ab[c)", 8, "regular expression: missing ]: [c", open_regex},
    {"name([)])", 6, "regular expression: missing ]: [", open_regex},
    {"all() & name(x[b-a])", 16, "regular expression: invalid character class range: b-a"},
    {"name(ä\\yb)", 7, "regular expression: invalid escape sequence: \\y"},
    {"name('\\'ä[b')", 10, "regular expression: missing ]: [b", open_regex},
    {"name('a)')", 7, "regular expression: unexpected ): a)", open_regex},
    {"name(a{1001})", 7, "regular expression: invalid repetition size: {1001}"},
    {"name((?=x))", 6, "regular expression: invalid perl operator: (?="},
    {"name(\\pX)", 6, "regular expression: invalid character class range: \\pX"},
    {"name(\xff)", 6, "regular expression: invalid UTF-8"},
    // places
    {"tag('ä€') | x", 13, "unknown predicate 'x'", "a tag is tag(x)"},
    {"all()\n& x", 9, "unknown predicate 'x'", "a tag is tag(x)"},
};

/// The expression as messages have it.
std::string shown(std::string text)
{
    std::ranges::replace(text, '\n', ' ');
    return text.size() > 200 ? text.substr(0, 200) + "…" : text;
}

class BadFilter : public testing::TestWithParam<Bad> {};

TEST_P(BadFilter, IsRefusedWithItsColumn)
{
    const auto filter = Filter::parse(GetParam().text);
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().message, fmt::format("-E '{}': column {}: {}", shown(GetParam().text), GetParam().column, GetParam().message));
    EXPECT_EQ(filter.error().hint, GetParam().hint);
    EXPECT_EQ(filter.error().fault, Fault::usage);
}
INSTANTIATE_TEST_SUITE_P(All, BadFilter, testing::ValuesIn(all));

TEST(BadFilterAll, SizesAreBounded)
{
    EXPECT_EQ(Filter::parse(std::string(longest_filter + 1, ' '), "--filter").error().message, "--filter: an expression has at most 65536 bytes");
    EXPECT_TRUE(Filter::parse("all()" + std::string(longest_filter - 5, ' ')));
    EXPECT_TRUE(Filter::parse(times("(", 200) + "all()" + times(")", 200)));
    EXPECT_TRUE(Filter::parse(times("!", 200) + "all()"));

    const std::string regexes = "name(a)" + times("|name(b)", 199);
    EXPECT_TRUE(Filter::parse(regexes));
    const auto more = Filter::parse(regexes + "-name(c)");
    ASSERT_FALSE(more);
    EXPECT_TRUE(more.error().message.ends_with("column 1606: more than 200 regular expressions")) << more.error().message;
    EXPECT_EQ(more.error().hint, "one with | in it: name(a|b)");
}

TEST(BadFilterAll, ALongOneIsCutAtAWholeCharacter)
{
    const auto filter = Filter::parse("tag('" + times("€", 100) + "'");
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().message, "-E 'tag('" + times("€", 65) + "…': column 107: ')' is missing before the end");
}

TEST(BadFilterAll, ARegexThatIsTooLargeIsRefused)
{
    const auto filter = Filter::parse("name((((a{100}){100}){100}))");
    ASSERT_FALSE(filter);
    EXPECT_NE(filter.error().message.find("column 6: regular expression: "), std::string::npos) << filter.error().message;
}

struct BadFlag {
    FilterFlags flags;
    std::string message;
    std::string hint = "";
};

TEST(BadFilterFlags, AreNamed)
{
    const BadFlag flags[] = {
        {{.tags = {""}}, "--tag '': no value"},
        {{.tags = {"a", "b,,c"}}, "--tag 'b,,c': no value"},
        {{.tags = {"a[,b"}}, "--tag 'a[,b': pattern 'a[': '[' without ']'"},
        {{.tags = {"a,{b"}}, "--tag 'a,{b': pattern '{b': '{' without '}'"},
        {{.priorities = {"P9"}}, "--priority 'P9': priority 'P9': one of P0, P1, P2, P3"},
        {{.priorities = {"P0", "P1 P2"}}, "--priority 'P1 P2': priority 'P1 P2': one of P0, P1, P2, P3"},
        {{.priorities = {""}}, "--priority '': no value"},
        {{.names = {""}}, "--name '': no value"},
        {{.names = {"/a(/"}}, "--name '/a(/': regular expression: missing ): a(", open_regex},
        {{.names = {"/a)(b/"}}, "--name '/a)(b/': regular expression: unexpected ): a)(b", open_regex},
        {{.expressions = {"all()", "x"}}, "-E 'x': column 1: unknown predicate 'x'", "a tag is tag(x)"},
        {{.tags = {"["}, .expressions = {"x"}}, "--tag '[': pattern '[': '[' without ']'"},
    };
    for (const BadFlag& each : flags) {
        const auto filter = make_filter(each.flags);
        ASSERT_FALSE(filter) << each.message;
        EXPECT_EQ(filter.error().message, each.message);
        EXPECT_EQ(filter.error().hint, each.hint) << each.message;
        EXPECT_EQ(filter.error().fault, Fault::usage);
    }
}

} // namespace
} // namespace hutch::discover

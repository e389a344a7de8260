// What all suites have in common: unique names, times, paths, and JSON that is not trusted.
#include "discover/suite.h"

#include <chrono>
#include <limits>

#include "discover/suite_json.h"
#include "unit/discover/suite_fixture.h"

namespace hutch::discover
{
namespace
{

using namespace std::chrono_literals;

TEST(Suite, NamesBecomeUnique)
{
    struct Case {
        Words given, made;
    };
    const Case cases[] = {
        {{}, {}},
        {{"a", "b"}, {"a", "b"}},
        {{"a", "a", "b", "a"}, {"a", "a #2", "b", "a #3"}},
        {{"a", "a", "a #2"}, {"a", "a #3", "a #2"}}, // who has a name keeps it
        {{"a #2", "a", "a", "a"}, {"a #2", "a", "a #3", "a #4"}},
        {{"a", "a", "a #2", "a #2"}, {"a", "a #3", "a #2", "a #2 #2"}},
    };
    for (const Case& each : cases) {
        Suite suite;
        for (const std::string& name : each.given) {
            suite.tests.emplace_back().name = name;
        }
        make_names_unique(suite.tests);
        EXPECT_EQ(names_of(suite), each.made);
    }
}

TEST(Suite, ManyOfOneName)
{
    std::vector<TestFile> tests(20'000);
    make_names_unique(tests);
    EXPECT_EQ(tests.back().name, " #20000");
}

TEST(Suite, Seconds)
{
    EXPECT_EQ(seconds_to_microseconds(12.5), 12'500ms);
    EXPECT_EQ(seconds_to_microseconds(1e-9), 1us); // never 0, which would be no time at all
    EXPECT_EQ(seconds_to_microseconds(1e300), 36525 * 24h);
    EXPECT_EQ(seconds_to_microseconds(std::numeric_limits<double>::infinity()), 36525 * 24h);
}

TEST(Suite, Paths)
{
    EXPECT_EQ(below("/b", "x"), "/b/x");
    EXPECT_EQ(below("/", "x"), "/x");
    EXPECT_EQ(below("/b", "/x"), "/x");
    EXPECT_EQ(below("/b", ""), "/b");
}

TEST(Suite, Variables)
{
    const Words environment{"AB=1", "A=", "B=x=y", "A"};
    EXPECT_EQ(value_of(environment, "A"), "");
    EXPECT_EQ(value_of(environment, "B"), "x=y");
    EXPECT_EQ(value_of(environment, "C"), std::nullopt);
}

TEST(SuiteJson, Places)
{
    struct Case {
        std::string text, message;
    };
    const Case cases[] = {
        {"", "list: line 5, column 1: this is no JSON"},
        {"{", "list: line 5, column 2: this is no JSON"},
        {"{\n \"a\": ,\n}", "list: line 6, column 7: this is no JSON"},
        {"[1] 2", "list: line 5, column 5: this is no JSON"},
        {"[\"\x80\"]", "list: line 5, column 3: this is no JSON"},
        {std::string(65, '[') + std::string(65, ']'), "list: JSON with more than 64 levels"},
        {std::string(2'000'000, '['), "list: JSON with more than 64 levels"},
    };
    for (const Case& each : cases) {
        const auto value = parse_json(each.text, "list", 5);
        ASSERT_FALSE(value) << each.text.substr(0, 20);
        EXPECT_EQ(value.error().message, each.message);
    }
    EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']'), "list"));
}

TEST(SuiteJson, Types)
{
    const auto said = [](auto result) { return result ? std::string("taken") : result.error().message; };
    EXPECT_EQ(said(text_of(Json(1), "x")), "x: text is expected, not 1");
    EXPECT_EQ(said(text_of(Json(std::string("a\0b", 3)), "x")), "x: text with a NUL in it");
    EXPECT_EQ(said(texts_of(Json("a"), "x")), "x: a list of texts is expected, not \"a\"");
    EXPECT_EQ(said(texts_of(Json::array({"a", Json::object()}), "x")), "x: text is expected, not an object");
    EXPECT_EQ(said(number_of(Json(nullptr), "x")), "x: a number is expected, not null");
    EXPECT_EQ(said(whole_number_of(Json(1.5), "x")), "x: a whole number is expected, not 1.5");
    EXPECT_EQ(said(whole_number_of(Json(std::numeric_limits<std::uint64_t>::max()), "x")),
              "x: a whole number is expected, not 18446744073709551615");
    EXPECT_EQ(said(flag_of(Json::array(), "x")), "x: true or false is expected, not a list");
    EXPECT_EQ(said(flag_of(Json(std::string(100, 'a')), "x")), "x: true or false is expected, not \"" + std::string(59, 'a') + "…");
}

} // namespace
} // namespace hutch::discover

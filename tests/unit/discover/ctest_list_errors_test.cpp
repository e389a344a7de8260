// Lists that are damaged, of another version, or not ctest's at all.
#include "discover/ctest_suite.h"

#include <fmt/format.h>

#include "unit/discover/suite_fixture.h"

namespace hutch::discover
{
namespace
{

const SuitePlace place{.build_dir = "/build", .environment = {}};

/// A list with these tests.
std::string list(std::string_view tests)
{
    return fmt::format(R"({{"kind":"ctestInfo","version":{{"major":1,"minor":9}},"tests":[{}]}})", tests);
}
/// A list of one test with this property.
std::string with(std::string_view name, std::string_view value)
{
    return list(fmt::format(R"({{"name":"a","command":["x"],"properties":[{{"name":"{}","value":{}}}]}})", name, value));
}

TEST(CtestListErrors, Messages)
{
    struct Case {
        std::string text, message;
    };
    const Case cases[] = {
        {"", "ctest's list: no line begins with '{'"},
        {"CMake Error\n", "ctest's list: no line begins with '{'"},
        {" {}", "ctest's list: no line begins with '{'"},
        {"[]", "ctest's list: no line begins with '{'"},
        {"word\nword\n{\n  ?\n", "ctest's list: line 4, column 3: this is no JSON"},
        {"{}", "ctest's list: its kind is not \"ctestInfo\""},
        {R"({"kind":"other"})", "ctest's list: its kind is not \"ctestInfo\""},
        {R"({"kind":"ctestInfo"})", "ctest's list: it has no version"},
        {R"({"kind":"ctestInfo","version":1})", "ctest's list: it has no version"},
        {R"({"kind":"ctestInfo","version":{"major":"1"}})", "ctest's list: it has no version"},
        {R"({"kind":"ctestInfo","version":{"major":2,"minor":0},"tests":[]})", "ctest's list: version 2 is not known, only 1"},
        {R"({"kind":"ctestInfo","version":{"major":0,"minor":0},"tests":[]})", "ctest's list: version 0 is not known, only 1"},
        {R"({"kind":"ctestInfo","version":{"major":1}})", "ctest's list: it has no list of tests"},
        {R"({"kind":"ctestInfo","version":{"major":1},"tests":{}})", "ctest's list: it has no list of tests"},
        {list("7"), "ctest's list, tests[0]: an object with \"name\" is expected, not 7"},
        {list(R"({"name":"a"},{})"), "ctest's list, tests[1]: an object with \"name\" is expected, not an object"},
        {list(R"({"name":7})"), "ctest's list, tests[0], name: text is expected, not 7"},
        {list(R"({"name":""})"), "ctest's list, tests[0]: an empty name"},
        {list(R"({"name":"a\u0000b"})"), "ctest's list, tests[0], name: text with a NUL in it"},
        {list(R"({"name":"a","command":"x"})"), "ctest's list, test 'a', command: a list of texts is expected, not \"x\""},
        {list(R"({"name":"a","command":["x",1]})"), "ctest's list, test 'a', command: text is expected, not 1"},
        {list(R"({"name":"a","properties":{}})"), "ctest's list, test 'a', properties: a list is expected, not an object"},
        {list(R"({"name":"a","properties":[1]})"), "ctest's list, test 'a': a property with \"name\" and \"value\" is expected, not 1"},
        {list(R"({"name":"a","properties":[{"name":"COST"}]})"),
         "ctest's list, test 'a': a property with \"name\" and \"value\" is expected, not an object"},
        {with("TIMEOUT", "\"soon\""), "ctest's list, test 'a', TIMEOUT: a number is expected, not \"soon\""},
        {with("TIMEOUT_AFTER_MATCH", "5"), "ctest's list, test 'a', TIMEOUT_AFTER_MATCH: an object with \"timeout\" is expected, not 5"},
        {with("TIMEOUT_AFTER_MATCH", R"({"timeout":"x"})"), "ctest's list, test 'a', TIMEOUT_AFTER_MATCH.timeout: a number is expected, not \"x\""},
        {with("PROCESSORS", "1.5"), "ctest's list, test 'a', PROCESSORS: a whole number is expected, not 1.5"},
        {with("WILL_FAIL", "\"ON\""), "ctest's list, test 'a', WILL_FAIL: true or false is expected, not \"ON\""},
        {with("ENVIRONMENT", "\"A=1\""), "ctest's list, test 'a', ENVIRONMENT: a list of texts is expected, not \"A=1\""},
        {with("WORKING_DIRECTORY", "[]"), "ctest's list, test 'a', WORKING_DIRECTORY: text is expected, not a list"},
        {with("SKIP_RETURN_CODE", "true"), "ctest's list, test 'a', SKIP_RETURN_CODE: a whole number is expected, not true"},
    };
    for (const Case& each : cases) {
        const auto suite = read_ctest_suite(each.text, place);
        ASSERT_FALSE(suite) << each.text;
        EXPECT_EQ(suite.error().message, each.message) << each.text;
    }
}

TEST(CtestListErrors, WhatIsTaken)
{
    EXPECT_TRUE(read_ctest_suite(list(""), place)->tests.empty());
    const auto unknown = read_ctest_suite(with("NEW_PROPERTY", "{\"any\":[1]}"), place);
    ASSERT_TRUE(unknown);
    EXPECT_TRUE(unknown->notices.empty());
    EXPECT_EQ(read_ctest_suite(with("PROCESSORS", "0"), place)->tests[0].traits->slots, std::nullopt);
    EXPECT_EQ(read_ctest_suite(with("PROCESSORS", "-3"), place)->tests[0].traits->slots, std::nullopt);
    EXPECT_EQ(read_ctest_suite(with("PROCESSORS", "99999999999"), place)->tests[0].traits->slots, 4096u);
    EXPECT_TRUE(read_ctest_suite(with("SKIP_RETURN_CODE", "-1"), place)->tests[0].exit.skip_codes.empty());
    EXPECT_TRUE(read_ctest_suite(with("SKIP_RETURN_CODE", "256"), place)->tests[0].exit.skip_codes.empty());
    EXPECT_EQ(read_ctest_suite(with("ENVIRONMENT", R"(["CTEST_INTERACTIVE_DEBUG_MODE=0"])"), place)->tests[0].environment,
              (Words{"CTEST_INTERACTIVE_DEBUG_MODE=0"}));
    const auto spec = read_ctest_suite(with("GENERATED_RESOURCE_SPEC_FILE", "\"/x\""), place);
    EXPECT_EQ(spec->notices, (Words{"GENERATED_RESOURCE_SPEC_FILE of test 'a': the file is not read"}));
}

TEST(CtestListErrors, ACycleIsKept)
{
    // Planning names it, as ctest does.
    const auto suite = read_ctest_suite(list(R"({"name":"a","command":["x"],"properties":[{"name":"DEPENDS","value":["a"]}]})"), place);
    ASSERT_TRUE(suite);
    EXPECT_EQ(suite->tests[0].after, (Words{"a"}));
}

TEST(CtestListErrors, CutAtEveryByte)
{
    const std::string whole = recorded("ctest/every.json");
    const std::size_t end = whole.find_last_of('}');
    ASSERT_NE(end, std::string::npos);
    // Every length at the beginning and at the end, some between: each is parsed from the start.
    for (std::size_t size = 0; size <= end; size += size < 3000 || end - size < 300 ? 1 : 97) {
        EXPECT_FALSE(read_ctest_suite(std::string_view(whole).substr(0, size), place)) << size;
    }
    EXPECT_TRUE(read_ctest_suite(whole.substr(0, end + 1), place));
}

TEST(CtestListErrors, EveryByteDamaged)
{
    const std::string closed = list(R"({"name":"a","command":["x"],"properties":[{"name":"TIMEOUT","value":1.5},{"name":"LABELS","value":["l"]}]})");
    for (std::size_t i = 0; i < closed.size(); ++i) {
        for (const char bad : {'\0', '"', '{', ']', '9', '\xff', '\\'}) {
            std::string damaged = closed;
            damaged[i] = bad;
            (void)read_ctest_suite(damaged, place); // an error or not, but an end
        }
    }
}

TEST(CtestListErrors, Many)
{
    std::string tests;
    for (int i = 0; i < 20'000; ++i) {
        tests += fmt::format(R"({}{{"name":"t{}","command":["x"],"properties":[{{"name":"DEPENDS","value":["t{}"]}}]}})", i ? "," : "", i, i ? i - 1 : i);
    }
    const auto suite = read_ctest_suite(list(tests), place);
    ASSERT_TRUE(suite);
    EXPECT_EQ(suite->tests.size(), 20'000u);
    EXPECT_EQ(suite->tests[7].after, (Words{"t6"}));
}

} // namespace
} // namespace hutch::discover

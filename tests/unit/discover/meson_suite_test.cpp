// Meson's tests, as the script told them and as introspection did (fixtures/README.md).
#include "discover/meson_suite.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/text.h"
#include "unit/discover/suite_fixture.h"

namespace hutch::discover
{
namespace
{

using namespace std::chrono_literals;

const Words inherited{"PATH=/usr/bin:/bin", "MALLOC_PERTURB_="};
const SuitePlace place{.build_dir = "/build", .environment = inherited};

Suite read(const std::string& text)
{
    auto suite = read_meson_suite(text, place);
    EXPECT_TRUE(suite) << suite.error().message;
    return suite.value_or(Suite{});
}
std::string one(std::string_view more)
{
    return fmt::format(R"({{"tests":[{{"name":"a","cmd":["x"]{}{}}}]}})", more.empty() ? "" : ",", more);
}

TEST(MesonSuite, Told)
{
    const Suite suite = read(recorded("meson/told.json"));
    EXPECT_EQ(suite.tests.size(), 52u);
    EXPECT_EQ(suite.tests.front().name, "top / first");
    EXPECT_EQ(suite.tests.back().name, "top / last");
    const TestFile& plain = named(suite, "sub / plain");
    EXPECT_EQ(plain.command, (Words{"/usr/bin/sh", "-c", "exit 0"}));
    EXPECT_EQ(plain.work_dir, "/build");
    EXPECT_EQ(plain.protocol, Protocol::exit);
    EXPECT_EQ(plain.exit, ExitRules{.will_fail_by_signal = true});
    EXPECT_EQ(plain.traits->limits.wall, (Setting<Microseconds>{30s, Origin::asked}));
    EXPECT_EQ(plain.traits->tags, (Words{"sub"}));
    EXPECT_EQ(plain.traits->exclusive, std::nullopt);
    EXPECT_EQ(plain.why, "a test of meson's in /build");
    EXPECT_EQ(named(suite, "sub:x / plain").traits->tags, (Words{"sub", "x", "sub:x"}));
    EXPECT_EQ(named(suite, "top:fast+io / env").traits->tags, (Words{"top", "fast", "top:fast", "io", "top:io"}));
    EXPECT_EQ(named(suite, "top / no-timeout").traits->limits.wall, std::nullopt);
    EXPECT_EQ(named(suite, "top / neg-timeout").traits->limits.wall, std::nullopt);
    EXPECT_EQ(named(suite, "top / hang").traits->limits.wall->value, 1s);
    EXPECT_EQ(named(suite, "top / alone").traits->exclusive, true);
    EXPECT_EQ(named(suite, "top / dir").work_dir, "/usr/share");
    EXPECT_TRUE(named(suite, "top / fails").exit.will_fail);
    EXPECT_FALSE(named(suite, "top / same").exit.will_fail);
    EXPECT_EQ(named(suite, "top / same #2").command[2], "exit 1");
    EXPECT_EQ(named(suite, "top / notbuilt").not_available,
              "The test program '/build/notbuilt' does not exist. Cannot run tests before building them.");
    EXPECT_EQ(suite.notices, (Words{"protocol 'rust' of 3 tests (the first is 'top / rust'): judged by the exit code alone"}));
}

TEST(MesonSuite, Introspected)
{
    const Suite suite = read(recorded("meson/intro-tests.json"));
    EXPECT_EQ(names_of(suite), names_of(read(recorded("meson/told.json")))); // names are made here, and the same
    EXPECT_FALSE(named(suite, "top / fails").exit.will_fail);
    ASSERT_EQ(suite.notices.size(), 2u);
    EXPECT_EQ(suite.notices[0], "meson's introspection does not tell should_fail, exe_wrapper, the default test setup, nor what a test appends to a "
                                "variable: tests that need them are judged as if they did not");
}

TEST(MesonSuite, VerdictsAreOfTheSameTests)
{
    // What docs/suites.md says of verdicts is about these; a test that is not in the list any more would go unnoticed.
    Words names = names_of(read(recorded("meson/told.json")));
    std::ranges::replace(names, std::string("top / same #2"), std::string("top / same"));
    std::ranges::sort(names);
    Words judged;
    const std::string verdicts = recorded("meson/verdicts.tsv");
    for (const std::string_view line : base::lines(verdicts)) {
        judged.emplace_back(base::cut(line, '\t').before);
    }
    std::ranges::sort(judged);
    EXPECT_EQ(names, judged);
}

TEST(MesonSuite, Protocols)
{
    const Suite suite = read(recorded("meson/told.json"));
    EXPECT_EQ(named(suite, "top / tap").protocol, Protocol::tap);
    EXPECT_EQ(named(suite, "top / tap").exit, (ExitRules{.skip_codes = {}, .error_code = std::nullopt, .tap_as_meson = true}));
    EXPECT_EQ(named(suite, "top / gtest-77").protocol, Protocol::gtest);
    EXPECT_EQ(named(suite, "top / gtest-77").exit, ExitRules{.will_fail_by_signal = true});
    EXPECT_EQ(named(suite, "top / rust").protocol, Protocol::exit);
    EXPECT_EQ(named(suite, "top / rust").exit, (ExitRules{.skip_codes = {}, .error_code = std::nullopt, .will_fail_by_signal = true}));
    EXPECT_EQ(read(one(R"("protocol":"new")")).tests[0].not_available, "its protocol 'new' is not known");
}

TEST(MesonSuite, NamesWithOneSuite)
{
    EXPECT_EQ(read(R"([{"name":"a","cmd":["x"],"suite":["p"]},{"name":"b","cmd":["x"],"suite":["p"]}])").tests[1].name, "b");
    EXPECT_EQ(read(R"([{"name":"a","cmd":["x"],"suite":["p:f"]},{"name":"b","cmd":["x"],"suite":["p"]},{"name":"c","cmd":["x"],"suite":[]}])").tests[0].name,
              "p:f / a");
    EXPECT_EQ(read(R"({"tests":[{"name":"a","cmd":["x"],"suite":["p:f"]},{"name":"b","cmd":["x"],"suite":["p"]}]})").tests[0].name, "a");
}

TEST(MesonSuite, Environment)
{
    const auto environment = [](std::string_view env) { return read(one(fmt::format(R"("env":{})", env))).tests[0].environment; };
    EXPECT_EQ(environment(R"({"A":"x=y","GONE":null,"MALLOC_PERTURB_":"7"})"), (Words{"A=x=y", "GONE", "MALLOC_PERTURB_=7"}));
    EXPECT_EQ(environment(R"({"MALLOC_PERTURB_":"0"})"), (Words{"MALLOC_PERTURB_=0"}));
    const Words made = environment("{}"); // empty outside: meson chooses one
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(made, environment("{}"));
    EXPECT_EQ(made, environment(R"({"MALLOC_PERTURB_":""})"));
    EXPECT_EQ(made, environment(R"({"MALLOC_PERTURB_":null})"));
    const auto number = base::parse_uint64(*value_of(made, "MALLOC_PERTURB_"));
    EXPECT_TRUE(number && *number >= 1 && *number <= 255);
    const Words stated_outside{"MALLOC_PERTURB_=3"};
    const auto outside = read_meson_suite(one(""), {.build_dir = "/build", .environment = stated_outside});
    EXPECT_TRUE(outside->tests[0].environment.empty());
    EXPECT_EQ(named(read(recorded("meson/told.json")), "top:fast+io / env").environment[0], "NEWV=n");
    EXPECT_EQ(named(read(recorded("meson/told.json")), "top:fast+io / env").environment[1], "PATH=/w/bin:/usr/bin:/bin:/x/bin");
}

TEST(MesonSuite, Order)
{
    const Suite suite = read(R"([{"name":"a","cmd":["x"],"priority":-1},{"name":"b","cmd":["x"]},{"name":"c","cmd":["x"],"priority":9},{"name":"d","cmd":["x"]}])");
    EXPECT_EQ(names_of(suite), (Words{"c", "b", "d", "a"}));
}

TEST(MesonSuite, CommandsAndSkips)
{
    EXPECT_EQ(read(R"([{"name":"a","cmd":["sub/x"],"workdir":null}])").tests[0].command[0], "/build/sub/x");
    EXPECT_EQ(read(R"([{"name":"a","cmd":["x"],"workdir":"/w","timeout":null}])").tests[0].command[0], "x");
    EXPECT_EQ(read(one(R"("skip":"cross-compiled")")).tests[0].traits->skip, "cross-compiled");
}

TEST(MesonSuite, Errors)
{
    struct Case {
        std::string text, message;
    };
    const Case cases[] = {
        {"", "meson's tests: line 1, column 1: this is no JSON"},
        {"[\n {]", "meson's tests: line 2, column 3: this is no JSON"},
        {"{}", "meson's tests: there is no list of them"},
        {"7", "meson's tests: there is no list of them"},
        {R"({"tests":{}})", "meson's tests: there is no list of them"},
        {"[1]", "meson's tests, [0]: an object with \"name\" is expected, not 1"},
        {R"([{"name":"a","cmd":["x"]},{"cmd":["x"]}])", "meson's tests, [1]: an object with \"name\" is expected, not an object"},
        {R"([{"name":null,"cmd":["x"]}])", "meson's tests, [0].name: text is expected, not null"},
        {R"([{"name":"a"}])", "meson's tests, 'a': it has no cmd"},
        {R"([{"name":"a","cmd":[]}])", "meson's tests, 'a': it has no cmd"},
        {R"([{"name":"a","cmd":[""]}])", "meson's tests, 'a': it has no cmd"},
        {R"([{"name":"a","cmd":"x"}])", "meson's tests, 'a'.cmd: a list of texts is expected, not \"x\""},
        {one(R"("env":[])"), "meson's tests, 'a'.env: an object is expected, not a list"},
        {one(R"("env":{"A":1})"), "meson's tests, 'a'.env.A: text is expected, not 1"},
        {one(R"("env":{"A=B":"1"})"), "meson's tests, 'a'.env: 'A=B' is no variable's name"},
        {one(R"("env":{"":"1"})"), "meson's tests, 'a'.env: '' is no variable's name"},
        {one(R"("suite":"s")"), "meson's tests, 'a'.suite: a list of texts is expected, not \"s\""},
        {one(R"("is_parallel":1)"), "meson's tests, 'a'.is_parallel: true or false is expected, not 1"},
        {one(R"("should_fail":null)"), "meson's tests, 'a'.should_fail: true or false is expected, not null"},
        {one(R"("priority":"high")"), "meson's tests, 'a'.priority: a whole number is expected, not \"high\""},
        {one(R"("protocol":null)"), "meson's tests, 'a'.protocol: text is expected, not null"},
        {one(R"("timeout":"30")"), "meson's tests, 'a'.timeout: a number is expected, not \"30\""},
        {one(R"("workdir":7)"), "meson's tests, 'a'.workdir: text is expected, not 7"},
    };
    for (const Case& each : cases) {
        const auto suite = read_meson_suite(each.text, place);
        ASSERT_FALSE(suite) << each.text;
        EXPECT_EQ(suite.error().message, each.message) << each.text;
    }
    EXPECT_TRUE(read("[]").tests.empty());
    EXPECT_TRUE(read("[]").notices.empty());
    EXPECT_EQ(read(one(R"("later":{"x":1},"depends":7)")).tests.size(), 1u);
}

TEST(MesonSuite, CutAtEveryByte)
{
    const std::string whole = recorded("meson/told.json");
    const std::size_t end = whole.find_last_of('}');
    for (std::size_t size = 0; size <= end; size += size < 2000 || end - size < 300 ? 1 : 41) {
        EXPECT_FALSE(read_meson_suite(std::string_view(whole).substr(0, size), place)) << size;
    }
}

} // namespace
} // namespace hutch::discover

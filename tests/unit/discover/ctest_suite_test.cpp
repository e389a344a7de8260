// The real list of a project with every property (fixtures/README.md), property by property.
#include "discover/ctest_suite.h"

#include <chrono>

#include "unit/discover/suite_fixture.h"

namespace hutch::discover
{
namespace
{

using namespace std::chrono_literals;

class CtestSuite : public testing::Test
{
  protected:
    void SetUp() override
    {
        auto read = read_ctest_suite(recorded("ctest/every.json"), {.build_dir = "/build", .environment = inherited, .default_timeout = 1500s});
        ASSERT_TRUE(read) << read.error().message;
        suite = std::move(*read);
    }
    const TestFile& test(std::string_view name) const { return named(suite, name); }
    const Traits& traits(std::string_view name) const { return *test(name).traits; }
    std::optional<Microseconds> wall(std::string_view name) const
    {
        const auto& limit = traits(name).limits.wall;
        EXPECT_TRUE(!limit || limit->origin == Origin::asked);
        return limit ? std::optional(limit->value) : std::nullopt;
    }

    const Words inherited{"HOME=/home", "P=/p"};
    Suite suite;
};

TEST_F(CtestSuite, Plain)
{
    const TestFile& plain = test("plain");
    EXPECT_EQ(plain.command, (Words{"/usr/bin/sh", "-c", "exit 0"}));
    EXPECT_EQ(plain.path, "");
    EXPECT_EQ(plain.work_dir, "/build");
    EXPECT_EQ(plain.environment, (Words{"CTEST_INTERACTIVE_DEBUG_MODE=1"}));
    EXPECT_EQ(plain.protocol, Protocol::exit);
    EXPECT_EQ(plain.exit, (ExitRules{.skip_codes = {}, .error_code = std::nullopt}));
    EXPECT_EQ(plain.why, "listed by ctest in /build");
    EXPECT_EQ(plain.not_available, "");
    Traits only_the_default;
    only_the_default.limits.wall = Setting<Microseconds>{1500s, Origin::asked};
    EXPECT_EQ(*plain.traits, only_the_default);
    EXPECT_EQ(test("with space;semi").command[2], "echo \"a b\" $X; exit 0");
}

TEST_F(CtestSuite, OrderAndNames)
{
    const Words names = names_of(suite);
    EXPECT_EQ(names.size(), 36u);
    EXPECT_EQ(names[0], "labels"); // COST 7.5
    EXPECT_EQ(names[1], "plain");
    EXPECT_EQ(test("same").command[0], "/usr/bin/true");
    EXPECT_EQ(test("same #2").command[0], "/usr/bin/false");
    EXPECT_EQ(test("needs-same").after, (Words{"same"})); // the first of that name, as for ctest
}

TEST_F(CtestSuite, Directories)
{
    EXPECT_EQ(test("dir").work_dir, "/usr/share");
    EXPECT_EQ(test("relative-dir").work_dir, "/build/sub");
    EXPECT_EQ(test("relative-dir").required_files, (Words{"/build/sub/a", "/b"}));
    EXPECT_EQ(test("required").required_files, (Words{"/etc/passwd", "/build/nothere.txt"}));
}

TEST_F(CtestSuite, Environment)
{
    EXPECT_EQ(test("env").environment, (Words{"CTEST_INTERACTIVE_DEBUG_MODE=1", "A=012", "B=two words", "E=", "P=/w:/p:/x", "HOME", "C=l;m",
                                              "Z=zed", "Q=a:b=c"}));
}

TEST_F(CtestSuite, TimeLimits)
{
    EXPECT_EQ(wall("timeout"), 12'500ms);
    EXPECT_EQ(wall("timeout0"), std::nullopt); // none
    EXPECT_EQ(wall("timeout-negative"), 1500s); // not stated
    EXPECT_EQ(wall("tam"), 1505s);
    EXPECT_EQ(wall("timeout-both"), 3'500ms);
    const auto without = read_ctest_suite(recorded("ctest/every.json"), {.build_dir = "/build", .environment = {}});
    ASSERT_TRUE(without);
    EXPECT_EQ(named(*without, "plain").traits->limits.wall, std::nullopt);
    EXPECT_EQ(named(*without, "tam").traits->limits.wall, std::nullopt);
    EXPECT_EQ(named(*without, "timeout").traits->limits.wall->value, 12'500ms);
}

TEST_F(CtestSuite, WhatRunsBesideWhat)
{
    EXPECT_EQ(traits("labels").tags, (Words{"one", "two three"}));
    EXPECT_EQ(traits("same #2").tags, (Words{"of-directory"}));
    EXPECT_EQ(traits("procs").slots, 3u);
    EXPECT_EQ(traits("plain").slots, std::nullopt);
    EXPECT_EQ(traits("serial").exclusive, true);
    EXPECT_EQ(traits("lock").groups, (Words{"lock:db", "lock:net"}));
    EXPECT_EQ(test("depends").after, (Words{"plain", "env"})); // "nothere" is nobody
    EXPECT_TRUE(traits("depends").depends_on.empty());
}

TEST_F(CtestSuite, Fixtures)
{
    EXPECT_EQ(traits("user").depends_on, (Words{"up"}));
    EXPECT_TRUE(test("user").after.empty());
    EXPECT_EQ(test("down").after, (Words{"user", "user-disabled", "up"})); // F's users and set-up, whatever became of them
    EXPECT_TRUE(traits("down").depends_on.empty());
    EXPECT_EQ(traits("user-disabled").depends_on, (Words{"up"})); // a disabled set-up does not block
    EXPECT_EQ(test("user-disabled").after, (Words{"up-disabled"}));
}

// ctest says "Not Run (Disabled)" of it, which is no failure, whatever became of its set-up.
TEST(CtestSuiteDisabled, AUserIsNotBlockedByItsSetUp)
{
    constexpr auto json = R"({"kind": "ctestInfo", "version": {"major": 1, "minor": 0}, "tests": [
{"name": "up", "command": ["false"], "properties": [{"name": "FIXTURES_SETUP", "value": ["F"]}]},
{"name": "user", "command": ["true"], "properties": [{"name": "FIXTURES_REQUIRED", "value": ["F"]}, {"name": "DISABLED", "value": true}]}]})";
    const auto read = read_ctest_suite(json, {.build_dir = "/build"});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(named(*read, "user").traits->depends_on.empty());
    EXPECT_EQ(named(*read, "user").after, (Words{"up"}));
}

TEST_F(CtestSuite, Verdicts)
{
    EXPECT_TRUE(test("willfail").exit.will_fail);
    EXPECT_EQ(test("res").exit, (ExitRules{.skip_codes = {4}, .error_code = std::nullopt, .will_fail = false, .skip_if = {"sk", "ip"},
                                           .fail_if = {"bad"}, .pass_if = {"hel+o", "x[a-z]"}}));
    EXPECT_EQ(test("skip-zero").exit.skip_codes, (std::vector<int>{0}));
    EXPECT_EQ(test("bad-pattern").exit.fail_if, (Words{"("}));
}

TEST_F(CtestSuite, WhatIsNotRun)
{
    EXPECT_EQ(traits("disabled").skip, "disabled");
    EXPECT_EQ(traits("disabled-missing").skip, "disabled"); // and nothing else is wrong with it
    EXPECT_EQ(test("disabled-missing").not_available, "");
    EXPECT_TRUE(test("disabled-missing").required_files.empty());
    for (const char* name : {"nocommand", "noexec"}) {
        EXPECT_EQ(test(name).not_available, "its program was not found by ctest: is it built?");
        EXPECT_TRUE(test(name).command.empty());
    }
    EXPECT_EQ(test("bad-modification").not_available, "ENVIRONMENT_MODIFICATION 'A=append:x': there is no operation 'append'");
}

TEST_F(CtestSuite, Notices)
{
    EXPECT_EQ(suite.notices,
              (Words{"TIMEOUT_AFTER_MATCH of 2 tests (the first is 'tam'): output does not start the clock again, the two times together are the limit",
                     "PROCESSOR_AFFINITY of test 'procs': tests are not bound to CPUs",
                     "RESOURCE_GROUPS of test 'rg': resources are not allocated, as in ctest without a resource specification"}));
}

} // namespace
} // namespace hutch::discover

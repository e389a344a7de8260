// One file and all that is said of it, in the order of precedence.
#include "discover/make_test.h"

#include <gtest/gtest.h>

#include "unit/discover/tree.h"

namespace hutch::discover
{
namespace
{

using Words = std::vector<std::string>;

constexpr Bytes ram = Bytes{8} << 30;

config::Override on(std::string pattern, Traits traits, std::uint32_t line)
{
    config::Override made;
    made.patterns = {std::move(pattern)};
    made.traits = std::move(traits);
    made.line = line;
    return made;
}

class Make : public testing::Test {
  protected:
    Make()
    {
        project.directory = tree.path();
        project.file = tree / "hutch.toml";
    }
    Result<std::optional<TestFile>> make(const std::string& name, bool named = false)
    {
        const std::string path = tree / name;
        const bool executable = (std::filesystem::status(path).permissions() & std::filesystem::perms::owner_exec) != std::filesystem::perms::none;
        return TestMaker(project, "", ram).make({.name = name, .path = path, .executable = executable, .named = named});
    }
    TestFile made(const std::string& name, bool named = false)
    {
        auto file = make(name, named);
        EXPECT_TRUE(file && *file) << name << (file ? "" : file.error().message);
        return file && *file ? **file : TestFile();
    }

    Tree tree;
    config::Project project;
};

TEST_F(Make, ABuiltInRow)
{
    tree.file("x.bats", 0644);
    const TestFile file = made("x.bats");
    EXPECT_EQ(file.name, "x.bats");
    EXPECT_EQ(file.path, tree / "x.bats");
    EXPECT_EQ(file.command, (Words{"bats", "--tap", tree / "x.bats"}));
    EXPECT_EQ(file.protocol, Protocol::tap);
    EXPECT_EQ(file.why, "built-in runner 'bats' (*.bats)");
    EXPECT_EQ(file.traits, nothing_said()) << "one for all";
}

TEST_F(Make, TheNearerTheStronger)
{
    tree.file("a/x.sh", 0755, "#!/bin/sh\n# @Retries 4\n# @Tag own\n");
    project.traits = Traits{.priority = 3, .tags = {"run"}, .retries = 1, .ports = 1, .slots = 1};
    config::RunnerRule row;
    row.name = "mine";
    row.patterns = {"*.sh"};
    row.command = {"sh", "-e"};
    row.protocol = Protocol::tap;
    row.environment = {"A=row", "B=row"};
    row.traits = Traits{.tags = {"row"}, .retries = 2, .ports = 2, .slots = 2};
    row.line = 7;
    project.runners = {row};
    project.overrides = {on("a/**", Traits{.tags = {"first"}, .retries = 3, .ports = 3}, 11), on("*.bats", Traits{.ports = 9}, 12),
                         on("x.sh", Traits{.tags = {"run", "second"}, .retries = 3, .ports = 4}, 13)};
    project.overrides[0].environment = {"B=first"};
    project.overrides[2].protocol = Protocol::exit;
    project.overrides[2].skip_exit_codes = {{4}};
    const TestFile file = made("a/x.sh");
    EXPECT_EQ(file.traits->priority, 3u);
    EXPECT_EQ(file.traits->slots, 2u);
    EXPECT_EQ(file.traits->ports, 4u);
    EXPECT_EQ(file.traits->retries, 4u);
    EXPECT_EQ(file.traits->tags, (Words{"run", "row", "first", "second", "own"}));
    EXPECT_EQ(file.protocol, Protocol::exit);
    EXPECT_EQ(file.exit.skip_codes, std::vector<int>{4});
    EXPECT_EQ(file.command, (Words{"sh", "-e", tree / "a/x.sh"}));
    ASSERT_FALSE(file.environment.empty());
    EXPECT_EQ(file.environment.back(), "B=first") << "the later counts";
    const std::string toml = tree / "hutch.toml";
    EXPECT_EQ(file.why, "runner 'mine' of " + toml + ":7 (*.sh); override of " + toml + ":11; override of " + toml + ":13; its own comment lines");
}

TEST_F(Make, ATestThatCallsItselfSlowHasTheSlowProfile)
{
    tree.file("a.sh", 0755, "#!/bin/sh\n# @Slow\n");
    tree.file("b.sh", 0755, "#!/bin/sh\n# @Slow\n# @Profile critical\n");
    tree.file("c.sh", 0755, "#!/bin/sh\n# @Slow no\n");
    project.traits.profile = "fast";
    EXPECT_EQ(made("a.sh").traits->profile, "slow");
    EXPECT_EQ(made("b.sh").traits->profile, "critical");
    EXPECT_EQ(made("c.sh").traits->profile, "fast");
}

TEST_F(Make, MarksOfASimpleSpecAreBelowItsCommentLines)
{
    tree.file("a_spec.spl", 0644, "# @Tag own\nslow_it \"waits\":\n    pass\n");
    const TestFile file = made("a_spec.spl");
    EXPECT_EQ(file.protocol, Protocol::spl);
    EXPECT_TRUE(file.traits->slow.value_or(false));
    EXPECT_EQ(file.traits->tags, Words{"own"});
    tree.file("b_spec.spl", 0644, "# @Slow no\nslow_it \"waits\":\n    pass\n");
    EXPECT_FALSE(made("b_spec.spl").traits->slow.value_or(true));
}

TEST_F(Make, WhatIsWrongInAHeadHasItsPlace)
{
    tree.file("a.sh", 0755, "#!/bin/sh\n# @Timeuot 3\n");
    const auto file = make("a.sh");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().fault, Fault::usage);
    EXPECT_TRUE(file.error().message.starts_with("a.sh:2:3: unknown key @Timeuot")) << file.error().message;
}

TEST_F(Make, ABinarySaysNothingOfItself)
{
    tree.file("prog", 0755, std::string_view("# @Timeuot 3\n\0", 14));
    EXPECT_EQ(made("prog").traits, nothing_said());
    EXPECT_EQ(made("prog").command, Words{tree / "prog"});
}

TEST_F(Make, IgnoredFilesAreTestsOnlyWhenTheyAreNamed)
{
    tree.file("lib/x.sh", 0644, "echo\n");
    config::RunnerRule row;
    row.name = "helpers";
    row.patterns = {"lib/**"};
    row.ignore = true;
    project.runners = {row};
    EXPECT_FALSE(*make("lib/x.sh"));
    EXPECT_EQ(made("lib/x.sh", true).command, (Words{"sh", tree / "lib/x.sh"}));
}

TEST_F(Make, PatternsAreOfThePathBelowTheProject)
{
    const TestMaker maker(project, "", ram);
    EXPECT_EQ(maker.below_project(tree / "a/b"), "a/b");
    EXPECT_EQ(maker.below_project(tree.path() + "x/b"), tree.path() + "x/b");
    EXPECT_EQ(maker.below_project(tree.path()), tree.path());
    EXPECT_TRUE(maker.is_test(tree / "a/test_x.sh", false));
    EXPECT_FALSE(maker.is_test(tree / "a/x.sh", false));
}

} // namespace
} // namespace hutch::discover

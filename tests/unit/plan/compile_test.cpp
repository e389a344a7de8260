// Files become specs: in order, resolved, with one environment for all of them.
#include "plan/compile.h"

#include <gtest/gtest.h>

namespace hutch::plan
{
namespace
{

TestFile file(std::string name, std::vector<std::string> command)
{
    TestFile result;
    result.name = std::move(name);
    result.command = std::move(command);
    return result;
}

const PlanOptions options{.work_dir = "/work", .run_id = "r-1", .environment = {"PATH=/bin:/usr/bin", "A=1"}};

Result<std::vector<TestPtr>> compiled(std::vector<TestFile> files, const Feasible& feasible, const PlanOptions& how)
{
    const FeasibleLimits limits(files.size(), std::make_shared<const Feasible>(feasible));
    return compile(std::move(files), limits, how);
}

TEST(Compile, KeepsOrderNamesAndArguments)
{
    auto second = file("b", {"./b", "-x"});
    second.exit.skip_codes = {4, 77};
    const auto tests = compiled({file("a.sh", {"sh", "/t/a.sh"}), second}, {}, options);
    ASSERT_TRUE(tests);
    ASSERT_EQ(tests->size(), 2u);
    const TestSpec& first = *tests->at(0);
    EXPECT_EQ(first.index, 0u);
    EXPECT_EQ(first.name, "a.sh");
    EXPECT_TRUE(first.program == "/bin/sh" || first.program == "/usr/bin/sh") << first.program;
    EXPECT_EQ(first.argv, (std::vector<std::string>{"sh", "/t/a.sh"}));
    EXPECT_EQ(first.work_dir, "/work");
    EXPECT_EQ(tests->at(1)->index, 1u);
    EXPECT_EQ(tests->at(1)->program, "/work/./b");
    EXPECT_EQ(tests->at(1)->argv, (std::vector<std::string>{"./b", "-x"}));
    EXPECT_EQ(tests->at(1)->exit.skip_codes, (std::vector<int>{4, 77}));
}

TEST(Compile, TheEnvironmentIsSharedAndNotCopied)
{
    const auto tests = compiled({file("a", {"/a"}), file("b", {"/b"})}, {}, options);
    ASSERT_TRUE(tests);
    EXPECT_EQ(tests->at(0)->base_env.get(), tests->at(1)->base_env.get());
    EXPECT_EQ(tests->at(0)->base_env->front(), "PATH=/bin:/usr/bin");
}

TEST(Compile, LimitsReachEveryTestAndIoGetsItsPath)
{
    Feasible feasible;
    feasible.limits.pids_max = {20};
    IoLimit io;
    io.wbps = 5;
    feasible.limits.io = {{io}};
    feasible.unenforced = {Resource::cpu};
    const auto tests = compiled({file("a", {"/a"})}, feasible, options);
    ASSERT_TRUE(tests);
    EXPECT_EQ(tests->at(0)->limits.pids_max, (Setting<std::uint64_t>{20}));
    EXPECT_EQ(tests->at(0)->limits.io->value.front().path, "/work");
    EXPECT_EQ(tests->at(0)->unenforced, std::vector<Resource>{Resource::cpu});
}

TEST(Compile, AMissingInterpreterIsNamedWithTheTestThatNeedsIt)
{
    const auto tests = compiled({file("a", {"/a"}), file("t/b.py", {"no-such-python", "/t/b.py"})}, {}, options);
    ASSERT_FALSE(tests);
    EXPECT_EQ(tests.error().code, ENOENT);
    EXPECT_EQ(tests.error().message,
              "run 't/b.py': find 'no-such-python' in PATH '/bin:/usr/bin': No such file or directory");
    EXPECT_NE(tests.error().hint.find("no-such-python"), std::string::npos);
}

TEST(Compile, ATestWithoutACommandIsRefused)
{
    EXPECT_EQ(compile({file("a", {})}, {}, options).error().fault, Fault::usage);
}

TEST(Compile, WhatIsNotStartedNeedsNoProgram)
{
    const auto why = [](TestFile test) {
        const auto tests = compiled({std::move(test)}, {}, options);
        EXPECT_TRUE(tests) << (tests ? "" : tests.error().message);
        return tests ? tests->at(0)->foregone.value_or(Foregone{.why = "it is started"}) : Foregone();
    };
    const auto saying = [](Traits traits) {
        TestFile test = file("a", {"no-such-program"});
        test.traits = std::make_shared<const Traits>(std::move(traits));
        return test;
    };
    EXPECT_EQ(why(saying({.skip = "no printer", .planned = ""})).why, "no printer");
    EXPECT_FALSE(why(saying({.skip = ""})).is_failure);
    EXPECT_TRUE(why(saying({.planned = "later"})).is_planned);
    TestFile unavailable = file("a", {});
    unavailable.not_available = "not built";
    EXPECT_TRUE(why(unavailable).is_failure);
    EXPECT_EQ(why(unavailable).why, "not built");
    TestFile needs = file("a", {"sh"});
    needs.required_files = {"/", "/no/such/file"};
    EXPECT_EQ(why(needs).why, "it is started") << "files are looked for when its turn has come: another test may make them";
}

TEST(Compile, SetUpsAreFoundByName)
{
    TestFile setup = file("db", {"sh"}), test = file("db-test", {"sh"}), other = file("x", {"sh"});
    setup.role = Role::setup;
    test.setups = {"x", "db", "nowhere"};
    test.work_dir = "/elsewhere";
    test.environment = {"A=2"};
    const auto tests = compiled({other, setup, test}, {}, options);
    ASSERT_TRUE(tests);
    EXPECT_EQ(tests->at(2)->setups, std::vector<std::size_t>{1}) << "x is a test, no set-up";
    EXPECT_EQ(tests->at(1)->role, Role::setup);
    EXPECT_EQ(tests->at(2)->work_dir, "/elsewhere");
    EXPECT_EQ(tests->at(2)->own_env, std::vector<std::string>{"A=2"});
}

} // namespace
} // namespace hutch::plan

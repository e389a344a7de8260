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

} // namespace
} // namespace hutch::plan

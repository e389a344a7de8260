// What a test wrote, as evidence; the JUnit file is read with suspicion.
#include "run/output_rules.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "base/temp_dir.h"

namespace hutch::run {
namespace {

Captured kept(std::string head, std::string tail = "", std::uint64_t dropped = 0)
{
    const std::uint64_t total = head.size() + tail.size() + dropped;
    return {.head = std::move(head), .tail = std::move(tail), .dropped = dropped, .total = total};
}

bool matches(std::string expression, const Captured& out, const Captured& err = {})
{
    return match_output({.fail_if = {std::move(expression)}}, out, err).fail;
}

TEST(OutputRules, BothStreamsLineByLine)
{
    EXPECT_TRUE(matches("PASS", kept("xPASSx")));
    EXPECT_TRUE(matches("PASS", {}, kept("PASS\n")));
    EXPECT_FALSE(matches("PASS", kept("PA"), kept("SS"))) << "the streams are two";
    EXPECT_TRUE(matches("a\nb\n", kept("a\r\nb"))) << "the last line has an end";
    EXPECT_TRUE(matches("a\nb", kept(std::string("a\0b", 3))));
    EXPECT_TRUE(matches("PASS", kept("PA", "SS")));
    EXPECT_FALSE(matches("PASS", kept("PA", "SS", 7))) << "it was never written";
    EXPECT_EQ(match_output({}, kept("x"), {}), OutputMatches{});
    EXPECT_EQ(match_output({.skip_if = {"x"}, .fail_if = {"y"}, .pass_if = {"z", "x"}}, kept("x"), {}),
              (OutputMatches{.skip = true, .fail = false, .pass = true}));
}

TEST(OutputRules, AnEmptyPythonFileIsFound)
{
    const std::string expression = "(?m)^Ran 0 tests in [0-9.]+s\\n\\nOK$";
    EXPECT_TRUE(matches(expression, {}, kept("\n-----\nRan 0 tests in 0.000s\n\nOK\n")));
    EXPECT_FALSE(matches(expression, {}, kept("\n-----\nRan 10 tests in 0.000s\n\nOK\n")));
    EXPECT_FALSE(matches(expression, {}, kept("\n-----\nRan 0 tests in 0.000s\n\nOK (skipped=1)\n")));
}

TEST(OutputRules, TheJunitFileIsReadWithSuspicion)
{
    const auto dir = base::TempDir::create("hutch-junit-");
    ASSERT_TRUE(dir);
    const std::string path = dir->path() + "/out.xml";
    EXPECT_EQ(read_junit_file(path)->complaint, "no file was written ($XML_OUTPUT_FILE)");
    EXPECT_EQ(read_junit_file(path)->protocol, Protocol::junit);
    const std::string real = dir->path() + "/real.xml";
    std::ofstream(real) << "<testsuite><testcase name='a'/></testsuite>";
    EXPECT_EQ(read_junit_file(real)->passed, 1u);
    ASSERT_EQ(::symlink(real.c_str(), path.c_str()), 0);
    EXPECT_EQ(read_junit_file(path)->total(), 0u) << "no link is followed";
    EXPECT_FALSE(read_junit_file(path)->complaint.empty());
    ::unlink(path.c_str());
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(read_junit_file(path)->complaint, "it is no regular file");
    EXPECT_EQ(read_junit_file(dir->path())->complaint, "it is no regular file");
}

} // namespace
} // namespace hutch::run

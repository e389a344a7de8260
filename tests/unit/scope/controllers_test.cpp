#include "scope/controllers.h"

#include <gtest/gtest.h>

#include <array>

#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

class ControllersTest : public ::testing::Test {
  protected:
    kernel::CgroupDir level(const char* name) { return kernel::CgroupDir::open(tree_.directory(name) / name).value(); }
    test::FakeTree tree_;
};

TEST_F(ControllersTest, each_is_tried_at_every_level)
{
    tree_.file("r/cgroup.subtree_control").file("r/tests/cgroup.subtree_control");
    const auto root = level("r"), tests = level("r/tests");
    const std::array<const kernel::CgroupDir*, 2> levels = {&root, &tests};
    const auto states = enable_controllers(levels);
    ASSERT_EQ(states.size(), wanted_controllers.size());
    EXPECT_TRUE(any_enabled(states));
    EXPECT_EQ(states[0].name, "memory");
    EXPECT_EQ(states[0].found_by, "wrote +memory to cgroup.subtree_control of " + tests.path());
    EXPECT_TRUE(base::read_file(tree_ / "r/tests/cgroup.subtree_control")->starts_with("+io"));
}

TEST_F(ControllersTest, one_level_that_refuses_is_enough_and_is_named)
{
    tree_.file("r/cgroup.subtree_control");
    const auto root = level("r"), tests = level("r/tests");
    const std::array<const kernel::CgroupDir*, 2> levels = {&root, &tests};
    const auto states = enable_controllers(levels);
    EXPECT_FALSE(any_enabled(states));
    EXPECT_EQ(states[3].found_by,
              "write cgroup.subtree_control '+io' of " + tests.path() + ": No such file or directory");
}

TEST_F(ControllersTest, whole_words_and_only_those_that_are_wanted)
{
    tree_.file("r/cgroup.controllers", "cpuset io hugetlb pids misc\n");
    const std::vector<std::string> expected = {"io", "pids"};
    EXPECT_EQ(available_controllers(level("r")), expected);
}

} // namespace
} // namespace hutch::scope

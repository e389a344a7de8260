#include "kernel/cpus.h"

#include "unit/base/fake_tree.h"

namespace hutch::kernel {
namespace {

TEST(Cpus, the_tightest_limit_of_all_levels)
{
    test::FakeTree tree;
    tree.file("cpu.max", "max 100000\n").file("a/cpu.max", "150000 100000\n").file("a/b/cpu.max", "400000 100000\n");
    tree.directory("a/b/c").file("n/cpu.max", "nonsense\n");
    EXPECT_EQ(tightest_cpu_max(tree.path(), "/a/b/c"), 1.5);
    EXPECT_EQ(tightest_cpu_max(tree.path(), "/a"), 1.5);
    EXPECT_FALSE(tightest_cpu_max(tree.path(), ""));
    EXPECT_FALSE(tightest_cpu_max(tree.path(), "/n"));
    EXPECT_FALSE(tightest_cpu_max(tree.path(), "/nothing/here"));
    tree.file("cpu.max", "50000 100000\n");
    EXPECT_EQ(tightest_cpu_max(tree.path(), "/a/b/c"), 0.5);
}

TEST(Cpus, at_least_one_and_not_more_than_the_mask)
{
    EXPECT_GE(allowed_cpus(), 1U);
    EXPECT_LE(allowed_cpus(), affinity_cpus());
}

} // namespace
} // namespace hutch::kernel

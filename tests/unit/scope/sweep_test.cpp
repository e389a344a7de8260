// What may be swept, on fake trees: real cgroups and processes are in tests/core/scope_sweep_test.cpp.
#include "scope/sweep.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scope/run_id.h"
#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

/// A run of this machine whose owner never was: nobody starts at the first tick.
RunId dead_run()
{
    auto id = own_run_id().value();
    id.start_time = 1;
    return id;
}

class SweepTempDirs : public ::testing::Test {
  protected:
    bool exists(const std::string& name) { return base::exists(tree_ / name); }
    test::FakeTree tree_;
};

TEST_F(SweepTempDirs, only_those_of_dead_runs)
{
    const std::string dead = dead_run().node_name(), living = own_run_id()->node_name();
    tree_.file(dead + "/t-1/core").file(living + "/t-1/core").file("hutch-notes/x").file("other/x");
    const SweepReport report = sweep_temp_dirs(tree_.path());
    EXPECT_EQ(report.swept, std::vector{"directory " + tree_ / dead});
    EXPECT_TRUE(report.left.empty());
    EXPECT_FALSE(exists(dead));
    EXPECT_TRUE(exists(living + "/t-1/core"));
    EXPECT_TRUE(exists("hutch-notes/x"));
    EXPECT_TRUE(exists("other/x"));
}

TEST_F(SweepTempDirs, modes_that_were_taken_away_do_not_help)
{
    const std::string dead = dead_run().node_name();
    tree_.file(dead + "/t-1/deep/core");
    ASSERT_EQ(chmod((tree_ / (dead + "/t-1/deep")).c_str(), 0), 0);
    EXPECT_EQ(sweep_temp_dirs(tree_.path()).swept.size(), 1u);
    EXPECT_FALSE(exists(dead));
}

TEST_F(SweepTempDirs, a_symbolic_link_is_not_followed)
{
    const std::string dead = dead_run().node_name();
    tree_.file("precious/file").link(dead, tree_ / "precious");
    const SweepReport report = sweep_temp_dirs(tree_.path());
    EXPECT_TRUE(report.swept.empty());
    EXPECT_TRUE(exists("precious/file"));
}

TEST_F(SweepTempDirs, what_is_locked_has_a_living_owner_that_we_cannot_see)
{
    const std::string dead = dead_run().node_name();
    tree_.file(dead + "/t-1/core");
    const auto held = base::open_file(tree_ / dead, O_RDONLY | O_DIRECTORY).value();
    ASSERT_TRUE(lock_run_directory(held));
    const SweepReport report = sweep_temp_dirs(tree_.path());
    EXPECT_TRUE(report.swept.empty());
    const std::vector<LeftAlone> expected = {{.what = tree_ / dead, .why = "is locked by a living process"}};
    EXPECT_EQ(report.left, expected);
    EXPECT_TRUE(exists(dead + "/t-1/core"));
}

TEST_F(SweepTempDirs, a_parent_that_does_not_exist_has_nothing)
{
    const SweepReport report = sweep_temp_dirs(tree_ / "nowhere");
    EXPECT_TRUE(report.swept.empty() && report.left.empty());
}

} // namespace
} // namespace hutch::scope

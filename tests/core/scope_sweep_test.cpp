// Left-overs of dead runs on a real hierarchy and in a real process table.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/temp_dir.h"
#include "core/scope_support.h"
#include "core/test_cgroup.h"
#include "scope/ladder.h"
#include "scope/run_id.h"
#include "scope/sweep.h"

namespace hutch::scope {
namespace {

using test::Script;

RunId dead_run()
{
    auto id = own_run_id().value();
    id.start_time = 1; // nobody of ours starts at the first tick
    return id;
}

class SweepCgroups : public test::CgroupTest {
  protected:
    SweepReport sweep(bool deep = false) { return sweep_cgroups({home().path()}, deep); }
};

TEST_F(SweepCgroups, a_dead_run_is_killed_and_removed)
{
    const auto node = home().make_child(dead_run().node_name()).value();
    const auto tests = node.make_child("tests").value();
    const auto leaf = tests.make_child("t-1").value();
    Script left(scope::Place{.cgroup = leaf.fd()}, "trap '' TERM; sleep 600 & sleep 600");
    EXPECT_TRUE(test::eventually([&] { return leaf.processes()->size() == 3; }));
    const SweepReport report = sweep();
    EXPECT_EQ(report.swept, std::vector{"cgroup " + node.path() + ": 3 processes killed"});
    EXPECT_TRUE(report.left.empty());
    EXPECT_FALSE(home().has(dead_run().node_name().c_str()));
    EXPECT_EQ(left.end()->signal, SIGKILL);
}

TEST_F(SweepCgroups, units_of_a_dead_run)
{
    const RunId dead = dead_run();
    ASSERT_TRUE(home().make_child(dead.scope_name()));
    ASSERT_TRUE(home().make_child(dead.slice_name()));
    EXPECT_EQ(sweep().swept.size(), 2u);
    EXPECT_TRUE(home().children().empty());
}

TEST_F(SweepCgroups, a_living_run_is_never_touched)
{
    const auto node = home().make_child(own_run_id()->node_name()).value();
    Script test(scope::Place{.cgroup = node.fd()}, "sleep 0.05; exit 7");
    const SweepReport report = sweep(true);
    EXPECT_TRUE(report.swept.empty() && report.left.empty());
    EXPECT_EQ(test.end()->code, 7);
}

TEST_F(SweepCgroups, what_is_locked_has_a_living_owner_that_we_cannot_see)
{
    const auto node = home().make_child(dead_run().node_name()).value();
    ASSERT_TRUE(lock_run_directory(node.fd()));
    const SweepReport report = sweep();
    ASSERT_EQ(report.left.size(), 1u);
    EXPECT_EQ(report.left[0].why, "is locked by a living process");
    EXPECT_TRUE(report.swept.empty());
}

TEST_F(SweepCgroups, deep_finds_what_is_not_a_direct_child)
{
    const auto slice = home().make_child("some.slice").value();
    ASSERT_TRUE(slice.make_child(dead_run().node_name()));
    EXPECT_TRUE(sweep(false).swept.empty());
    EXPECT_EQ(sweep(true).swept.size(), 1u);
    EXPECT_TRUE(home().has("some.slice"));
}

int execute_with_run_id(void* argument)
{
    const char* const arguments[] = {"sleep", "600", nullptr};
    const char* const environment[] = {"PATH=/bin", static_cast<const char*>(argument), nullptr};
    ::execve("/bin/sleep", const_cast<char**>(arguments), const_cast<char**>(environment));
    return 127;
}

class SweepProcesses : public ::testing::Test {
  protected:
    kernel::CloneResult sleeper(const RunId& id)
    {
        std::string variable = "HUTCH_RUN_ID=" + id.text();
        return std::move(*kernel::clone_vfork(stack_, {}, execute_with_run_id, variable.data()));
    }
    kernel::CloneStack stack_ = kernel::CloneStack::create().value();
};

TEST_F(SweepProcesses, only_those_of_dead_runs)
{
    const auto of_dead = sleeper(dead_run());
    const auto of_living = sleeper(own_run_id().value());
    const SweepReport report = sweep_processes(patience_of_clean);
    const auto named = [&](int pid) {
        return std::ranges::count(report.swept, "process " + std::to_string(pid) + " (sleep 600)");
    };
    EXPECT_EQ(named(of_dead.pid), 1);
    EXPECT_EQ(named(of_living.pid), 0);
    const auto ended = kernel::reap_within(of_dead.pidfd, std::chrono::seconds(5));
    EXPECT_TRUE(ended && *ended && (*ended)->status.signal == SIGKILL);
    EXPECT_FALSE(*kernel::reap(of_living.pidfd)) << "still runs";
    (void)kernel::send_signal(of_living.pidfd, SIGKILL);
    (void)kernel::reap_within(of_living.pidfd, std::chrono::seconds(5));
}

TEST_F(SweepProcesses, at_a_start_only_where_there_is_a_trace_of_them)
{
    const auto place = base::TempDir::create("hutch-test-").value();
    Chosen chosen;
    chosen.warden = true;
    const auto left = sleeper(dead_run());
    EXPECT_TRUE(sweep_at_start(chosen, place.path()).swept.empty());
    EXPECT_FALSE(*kernel::reap(left.pidfd)) << "not looked for: that costs milliseconds";
    const std::string directory = place.path() + "/" + dead_run().node_name();
    ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
    const std::vector<std::string> swept = sweep_at_start(chosen, place.path()).swept;
    EXPECT_EQ(std::ranges::count(swept, "process " + std::to_string(left.pid) + " (sleep 600)"), 1);
    EXPECT_EQ(std::ranges::count(swept, "directory " + directory), 1);
    const auto ended = kernel::reap_within(left.pidfd, std::chrono::seconds(5));
    EXPECT_TRUE(ended && *ended && (*ended)->status.signal == SIGKILL);
}

} // namespace
} // namespace hutch::scope

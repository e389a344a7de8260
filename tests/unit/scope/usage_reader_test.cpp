#include "scope/usage_reader.h"

#include <gtest/gtest.h>

#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

class UsageReaderTest : public ::testing::Test {
  protected:
    Figures figures()
    {
        const auto dir = kernel::CgroupDir::open(tree_ / "leaf").value();
        return read_figures(dir, find_leaf_files(dir));
    }
    test::FakeTree tree_ = std::move(test::FakeTree().directory("leaf"));
};

constexpr const char* cpu_stat = "usage_usec 300\nuser_usec 200\nsystem_usec 100\nnr_periods 9\nnr_throttled 4\n"
                                 "throttled_usec 77\n";

TEST_F(UsageReaderTest, everything_of_a_current_kernel)
{
    tree_.file("leaf/memory.peak", "1048576\n")
        .file("leaf/memory.events.local", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\noom_group_kill 1\n")
        .file("leaf/cpu.stat", cpu_stat)
        .file("leaf/io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n"
                              "8:16 rbytes=100 wbytes=200 rios=3 wios=4 dbytes=0 dios=0\n")
        .file("leaf/pids.peak", "5\n")
        .file("leaf/pids.events", "max 9\n")
        .file("leaf/pids.events.local", "max 2\n")
        .file("leaf/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=11\n"
                                      "full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")
        .file("leaf/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n")
        .file("leaf/io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=13\n");
    const Figures all = figures();
    EXPECT_EQ(all.usage.memory_peak, 1048576u);
    EXPECT_FALSE(all.usage.memory_peak_sampled);
    EXPECT_EQ(all.oom, (OomFacts{.own_oom = 1, .own_oom_kill = 2}));
    EXPECT_EQ(all.usage.cpu_usec, 300u);
    EXPECT_EQ(all.usage.user_usec, 200u);
    EXPECT_EQ(all.usage.system_usec, 100u);
    EXPECT_EQ(all.usage.throttled, 4u);
    EXPECT_EQ(all.usage.throttled_usec, 77u);
    EXPECT_EQ(all.usage.io_read_bytes, 110u);
    EXPECT_EQ(all.usage.io_write_bytes, 220u);
    EXPECT_EQ(all.usage.io_reads, 4u);
    EXPECT_EQ(all.usage.io_writes, 6u);
    EXPECT_EQ(all.usage.pids_peak, 5u);
    EXPECT_EQ(all.pids_max_hits, 2u);
    EXPECT_EQ(all.usage.memory_stall_usec, 11u);
    EXPECT_EQ(all.usage.cpu_stall_usec, 12u);
    EXPECT_EQ(all.usage.io_stall_usec, 13u);
}

TEST_F(UsageReaderTest, no_controller_is_not_known_and_not_zero)
{
    tree_.file("leaf/cpu.stat", "usage_usec 300\nuser_usec 200\nsystem_usec 100\n");
    const Figures some = figures();
    EXPECT_EQ(some.usage.cpu_usec, 300u);
    EXPECT_EQ(some.usage.throttled, std::nullopt);
    EXPECT_EQ(some.usage.memory_peak, std::nullopt);
    EXPECT_EQ(some.usage.io_read_bytes, std::nullopt);
    EXPECT_EQ(some.usage.pids_peak, std::nullopt);
    EXPECT_EQ(some.oom, std::nullopt);
    EXPECT_EQ(some.pids_max_hits, std::nullopt);
}

TEST_F(UsageReaderTest, before_6_11_pids_events_is_the_own)
{
    tree_.file("leaf/pids.events", "max 9\n");
    EXPECT_EQ(figures().pids_max_hits, 9u);
}

TEST_F(UsageReaderTest, an_empty_io_stat_is_zero)
{
    tree_.file("leaf/io.stat", "");
    EXPECT_EQ(figures().usage.io_write_bytes, 0u);
}

TEST_F(UsageReaderTest, an_oom_kill_in_a_cgroup_of_the_tests_own_is_ours)
{
    tree_.file("leaf/memory.events.local", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 0\n")
        .file("leaf/memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 3\n");
    EXPECT_EQ(figures().oom, (OomFacts{.own_oom = 1, .own_oom_kill = 3}));
}

TEST_F(UsageReaderTest, what_does_not_parse_is_not_known)
{
    tree_.file("leaf/cpu.stat", "usage_usec many\n").file("leaf/memory.peak", "-1\n").file("leaf/pids.peak", "max\n");
    EXPECT_EQ(figures().usage, Usage{});
}

TEST_F(UsageReaderTest, samples_only_where_the_kernel_kept_no_peak)
{
    Usage kept;
    kept.memory_peak = 7;
    kept = with_samples(kept, 9, 3);
    EXPECT_EQ(kept.memory_peak, 7u);
    EXPECT_FALSE(kept.memory_peak_sampled);
    EXPECT_EQ(kept.pids_peak, 3u);
    const Usage sampled = with_samples({}, 9, 0);
    EXPECT_EQ(sampled.memory_peak, 9u);
    EXPECT_TRUE(sampled.memory_peak_sampled);
    EXPECT_EQ(sampled.pids_peak, std::nullopt);
    EXPECT_EQ(with_samples({}, 0, 0), Usage{});
}

} // namespace
} // namespace hutch::scope

#include "scope/limits_writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

constexpr LeafFiles all_files = {.memory_max = true,
                                 .memory_swap_max = true,
                                 .memory_oom_group = true,
                                 .memory_high = true,
                                 .cpu_max = true,
                                 .cpu_weight = true,
                                 .pids_max = true,
                                 .io_max = true};

template <class T> Setting<T> asked(T value)
{
    return {.value = std::move(value), .origin = Origin::asked};
}

class LimitsWriterTest : public ::testing::Test {
  protected:
    /// A leaf whose files take whatever is written: what is read back is the value itself.
    kernel::CgroupDir leaf()
    {
        for (const char* name : {"memory.max", "memory.swap.max", "memory.oom.group", "memory.high", "cpu.max",
                                 "cpu.weight", "pids.max", "io.max"}) {
            tree_.file(std::string("leaf/") + name);
        }
        return kernel::CgroupDir::open(tree_ / "leaf").value();
    }
    std::string content(const char* file) { return base::read_file(tree_ / "leaf/" + file).value(); }
    /// A disk 8:0 with a partition 8:1, which is mounted at the tree itself.
    kernel::BlockWorld world()
    {
        tree_.file("sys/devices/sda/dev", "8:0\n").file("sys/devices/sda/sda1/dev", "8:1\n");
        tree_.file("sys/devices/sda/sda1/partition", "1\n");
        tree_.link("sys/dev/block/8:0", tree_ / "sys/devices/sda");
        tree_.link("sys/dev/block/8:1", tree_ / "sys/devices/sda/sda1");
        kernel::Mount mount{.device = {8, 1}, .root = "/", .mount_point = "/", .type = "ext4", .source = "/dev/sda1"};
        return {.sys = tree_ / "sys", .mounts = {mount}};
    }

    test::FakeTree tree_;
};

TEST_F(LimitsWriterTest, values_as_the_kernel_takes_and_shows_them)
{
    Limits limits;
    limits.memory_max = asked<Bytes>((64 << 20) + 17);
    limits.memory_high = asked<Bytes>(32 << 20);
    limits.cpus = asked(0.5);
    limits.cpu_weight = asked<std::uint32_t>(50);
    limits.pids_max = asked<std::uint64_t>(20);
    std::vector<std::string> written;
    for (const LimitFile& limit : limit_files(limits, all_files)) {
        written.push_back(fmt::format("{}: {} -> {}", limit.file, limit.value, limit.shown));
    }
    const std::vector<std::string> expected = {
        "memory.swap.max: 0 -> 0",
        "memory.oom.group: 1 -> 1",
        "memory.max: 67108881 -> 67108864",
        "memory.high: 33554432 -> 33554432",
        "pids.max: 20 -> 20",
        "cpu.weight: 50 -> 50",
        "cpu.max: 50000 100000 -> 50000 100000",
    };
    EXPECT_EQ(written, expected);
}

TEST_F(LimitsWriterTest, more_than_the_kernel_can_count_is_max)
{
    Limits limits;
    limits.memory_max = asked<Bytes>(~Bytes{0});
    limits.pids_max = asked<std::uint64_t>(std::uint64_t{1} << 40);
    const auto files = limit_files(limits, {.memory_max = true, .pids_max = true});
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[0].shown, "max");
    EXPECT_EQ(files[1].value, "max");
}

TEST_F(LimitsWriterTest, without_swap_accounting_memory_is_limited_all_the_same)
{
    Limits limits;
    limits.memory_max = asked<Bytes>(64 << 20);
    const auto files = limit_files(limits, {.memory_max = true});
    ASSERT_EQ(files.size(), 1u);
    EXPECT_STREQ(files[0].file, "memory.max");
}

TEST_F(LimitsWriterTest, all_is_written_and_said)
{
    const auto dir = leaf();
    Limits limits;
    limits.memory_max = asked<Bytes>(64 << 20);
    limits.pids_max = asked<std::uint64_t>(20);
    limits.wall = asked<Microseconds>(std::chrono::seconds(1));
    limits.cpu_time = asked<Microseconds>(std::chrono::seconds(1));
    limits.open_files = asked<std::uint64_t>(100);
    LimitsWriter writer(all_files);
    const auto enforced = writer.write(dir, limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ(content("memory.max"), "67108864");
    EXPECT_EQ(content("memory.swap.max"), "0");
    EXPECT_EQ(content("memory.oom.group"), "1");
    EXPECT_EQ(content("pids.max"), "20");
    EXPECT_EQ(content("cpu.max"), "");
    EXPECT_EQ((*enforced)[Resource::memory], Enforcer::cgroup);
    EXPECT_EQ((*enforced)[Resource::pids], Enforcer::cgroup);
    EXPECT_EQ((*enforced)[Resource::wall], Enforcer::watchdog);
    EXPECT_EQ((*enforced)[Resource::cpu_time], Enforcer::watchdog);
    EXPECT_EQ((*enforced)[Resource::open_files], Enforcer::rlimit);
    EXPECT_EQ((*enforced)[Resource::cpu], std::nullopt);
}

TEST_F(LimitsWriterTest, without_controllers_the_watchdog_or_nobody)
{
    const auto dir = leaf();
    Limits limits;
    limits.memory_max = asked<Bytes>(64 << 20);
    limits.memory_high = asked<Bytes>(32 << 20);
    limits.pids_max = asked<std::uint64_t>(20);
    limits.cpus = asked(1.0);
    limits.cpu_weight = asked<std::uint32_t>(50);
    limits.io = asked<std::vector<IoLimit>>({{.path = "/", .wbps = 1}});
    LimitsWriter writer(LeafFiles{});
    const auto enforced = writer.write(dir, limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ((*enforced)[Resource::memory], Enforcer::watchdog);
    EXPECT_EQ((*enforced)[Resource::pids], Enforcer::watchdog);
    EXPECT_EQ((*enforced)[Resource::memory_high], Enforcer::none);
    EXPECT_EQ((*enforced)[Resource::cpu], Enforcer::none);
    EXPECT_EQ((*enforced)[Resource::cpu_weight], Enforcer::none);
    EXPECT_EQ((*enforced)[Resource::io], Enforcer::none);
    EXPECT_EQ(content("memory.max"), "");
}

TEST_F(LimitsWriterTest, what_reads_back_differently_is_an_error)
{
    const auto dir = leaf();
    tree_.file("leaf/pids.max", "max\n");
    const LimitFile limit{"pids.max", "20", "20"};
    const auto checked = check_limit(dir, limit);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message, "pids.max of " + dir.path() + " reads 'max' after '20' was written");
}

TEST_F(LimitsWriterTest, what_cannot_be_written_is_an_error)
{
    const auto dir = leaf();
    const auto written = write_limit(dir, {"memory.zswap.max", "0", "0"});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ENOENT);
}

TEST_F(LimitsWriterTest, io_goes_to_the_whole_disk)
{
    const auto dir = leaf();
    Limits limits;
    limits.io = asked<std::vector<IoLimit>>({{.path = "/", .wbps = 2000000}});
    LimitsWriter writer(all_files, world());
    const auto enforced = writer.write(dir, limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ(content("io.max"), "8:0 rbps=max wbps=2000000 riops=max wiops=max");
    EXPECT_EQ((*enforced)[Resource::io], Enforcer::cgroup);
}

TEST_F(LimitsWriterTest, two_io_limits_on_one_disk_are_both_held)
{
    LimitsWriter writer(all_files, world());
    const auto disks = writer.by_disk(
        {{.path = "/", .wbps = 2000000}, {.path = "/", .rbps = 7, .wbps = 3000000}, {.path = "/nowhere"}});
    ASSERT_TRUE(disks) << disks.error().message;
    ASSERT_EQ(disks->size(), 1u);
    EXPECT_EQ(disks->begin()->second.wbps, 2000000u);
    EXPECT_EQ(disks->begin()->second.rbps, 7u);
}

TEST_F(LimitsWriterTest, no_disk_is_an_error_when_asked_and_nobody_by_default)
{
    const auto dir = leaf();
    kernel::BlockWorld without = world();
    without.mounts[0] = {.device = {0, 42}, .root = "/", .mount_point = "/", .type = "tmpfs", .source = "tmpfs"};
    LimitsWriter writer(all_files, without);
    Limits limits;
    limits.io = asked<std::vector<IoLimit>>({{.path = "/", .wbps = 2000000}});
    EXPECT_FALSE(writer.write(dir, limits));
    limits.io->origin = Origin::profile;
    const auto enforced = writer.write(dir, limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ((*enforced)[Resource::io], Enforcer::none);
}

} // namespace
} // namespace hutch::scope

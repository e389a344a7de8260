// Limits as unit properties, and the look at what systemd made of them.
#include "scope/systemd_limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "kernel/cgroup_files.h"
#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

using Rates = std::vector<sd::DeviceRate>;

constexpr LeafFiles all_files = {.memory_max = true,
                                 .memory_swap_max = true,
                                 .memory_oom_group = true,
                                 .memory_high = true,
                                 .cpu_max = true,
                                 .cpu_weight = true,
                                 .pids_max = true,
                                 .io_max = true};

Limits all_limits(std::vector<IoLimit> io = {})
{
    Limits limits;
    limits.memory_max = {64 << 20};
    limits.memory_high = {32 << 20};
    limits.cpus = {0.123456};
    limits.cpu_weight = {50U};
    limits.pids_max = {20};
    limits.wall = {Microseconds(1)};
    if (!io.empty()) {
        limits.io = {std::move(io)};
    }
    return limits;
}

class SystemdLimitsTest : public ::testing::Test {
  protected:
    /// The disk 8:0 is /dev/sda, with everything on it.
    kernel::BlockWorld world()
    {
        tree_.file("sys/devices/sda/dev", "8:0\n");
        tree_.file("sys/devices/sda/uevent", "MAJOR=8\nMINOR=0\nDEVNAME=sda\nDEVTYPE=disk\n");
        tree_.link("sys/dev/block/8:0", tree_ / "sys/devices/sda");
        const kernel::Mount mount{
            .device = {8, 0}, .root = "/", .mount_point = "/", .type = "ext4", .source = "/dev/sda"};
        return {.sys = tree_ / "sys", .mounts = {mount}};
    }
    bool make_node(const std::string& name, unsigned major_number, unsigned minor_number)
    {
        tree_.file("dev/here");
        const std::string path = tree_ / "dev/" + name;
        return ::mknod(path.c_str(), S_IFBLK | 0600, ::makedev(major_number, minor_number)) == 0;
    }
    kernel::CgroupDir unit(const std::vector<std::pair<std::string, std::string>>& files)
    {
        for (const auto& [name, content] : files) {
            tree_.file("unit/" + name, content + "\n");
        }
        return kernel::CgroupDir::open(tree_ / "unit").value();
    }

    test::FakeTree tree_;
};

TEST_F(SystemdLimitsTest, LimitsBecomeProperties)
{
    LimitsWriter writer(all_files);
    const sd::UnitLimits unit = unit_limits(all_limits(), writer).value();
    EXPECT_EQ(unit.memory_max, 64 << 20);
    EXPECT_EQ(unit.memory_swap_max, 0);
    EXPECT_EQ(unit.memory_high, 32 << 20);
    EXPECT_EQ(unit.cpu_weight, 50);
    EXPECT_EQ(unit.tasks_max, 21); // and hutch-init
    // 12346 of 100000 µs on the other rungs, so it is here, too, and systemd writes that to cpu.max.
    const auto other = kernel::parse_cpu_max(kernel::format_cpu_max(0.123456)).value();
    EXPECT_EQ(*unit.cpu_quota * other.period_usec / 1'000'000, other.quota_usec);
}

TEST_F(SystemdLimitsTest, WhatALeafCannotHoldIsNotAskedFor)
{
    LimitsWriter writer(LeafFiles{});
    const sd::UnitLimits unit = unit_limits(all_limits({{.path = "/", .wbps = 7}}), writer).value();
    EXPECT_FALSE(unit.memory_max || unit.memory_swap_max || unit.memory_high || unit.cpu_quota || unit.cpu_weight ||
                 unit.tasks_max);
    EXPECT_TRUE(unit.io_wbps.empty());
}

TEST_F(SystemdLimitsTest, AnIoLimitNamesTheNodeOfTheWholeDisk)
{
    LimitsWriter writer(all_files, world());
    if (!make_node("sda", 8, 0)) {
        GTEST_SKIP() << "block device nodes may not be made here";
    }
    const auto unit = unit_limits(all_limits({{.path = "/", .rbps = 1, .wiops = 4}}), writer, tree_ / "").value();
    const std::string node = tree_ / "/dev/sda";
    EXPECT_EQ(unit.io_rbps, (Rates{{node, 1}}));
    EXPECT_EQ(unit.io_wiops, (Rates{{node, 4}}));
    EXPECT_TRUE(unit.io_wbps.empty() && unit.io_riops.empty());
}

TEST_F(SystemdLimitsTest, ANodeThatIsAnotherDeviceIsNotTaken)
{
    world();
    if (!make_node("sda", 8, 16)) {
        GTEST_SKIP() << "block device nodes may not be made here";
    }
    const auto node = device_node({8, 0}, tree_ / "");
    ASSERT_FALSE(node);
    EXPECT_EQ(node.error().message, "device node of disk 8:0: there is none in /dev");
}

TEST_F(SystemdLimitsTest, ADiskWithoutANodeIsAnErrorOnlyIfAskedFor)
{
    LimitsWriter writer(all_files, world());
    Limits limits = all_limits({{.path = "/", .wbps = 1}});
    const auto refused = unit_limits(limits, writer, tree_ / "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "device node of disk 8:0: there is none in /dev");

    limits.io = {{{.path = "/proc/self/stat-that-is-not-there", .wbps = 1}}};
    EXPECT_FALSE(unit_limits(limits, writer, tree_ / ""));
    limits.io->origin = Origin::profile;
    EXPECT_TRUE(unit_limits(limits, writer, tree_ / ""));
}

TEST_F(SystemdLimitsTest, WhatSystemdWroteIsComparedAndTheGroupWritten)
{
    LimitsWriter writer(all_files, world());
    const auto max = kernel::format_cpu_max(0.123456);
    const auto dir = unit({{"memory.max", "67108864"},
                           {"memory.swap.max", "0"},
                           {"memory.oom.group", "0"},
                           {"memory.high", "33554432"},
                           {"cpu.max", max},
                           {"cpu.weight", "50"},
                           {"pids.max", "21"},
                           {"io.max", "8:0 rbps=max wbps=7 riops=max wiops=max"}});
    // The file takes whatever is written; a real one shows the last value only.
    const auto checked = check_unit_limits(dir, all_limits({{.path = "/", .wbps = 7}}), writer);
    EXPECT_EQ(base::read_file(tree_ / "unit/memory.oom.group").value(), "1\n");
    ASSERT_TRUE(checked) << checked.error().message;
    for (const Resource resource :
         {Resource::memory, Resource::memory_high, Resource::cpu, Resource::cpu_weight, Resource::pids, Resource::io}) {
        EXPECT_EQ((*checked)[resource], Enforcer::cgroup) << to_string(resource);
    }
    EXPECT_EQ((*checked)[Resource::wall], Enforcer::watchdog);
}

TEST_F(SystemdLimitsTest, ALimitThatSystemdDidNotWriteIsAnError)
{
    LimitsWriter writer({.pids_max = true, .io_max = true}, world());
    Limits limits;
    limits.pids_max = {20};
    const auto dir = unit({{"pids.max", "max"}, {"io.max", ""}});
    const auto pids = check_unit_limits(dir, limits, writer);
    ASSERT_FALSE(pids);
    EXPECT_EQ(pids.error().message, fmt::format("pids.max of {} reads 'max' after '21' was written", dir.path()));

    limits = {};
    limits.io = {{{.path = "/", .wbps = 7}}};
    const auto io = check_unit_limits(dir, limits, writer);
    ASSERT_FALSE(io);
    EXPECT_TRUE(io.error().message.starts_with("io.max of ")) << io.error().message;
}

} // namespace
} // namespace hutch::scope

// The three spellings of a limit on the command line: what they mean, that they mean the same, and that they touch
// nothing else.
#include "config/limit_options.h"

#include <gtest/gtest.h>

#include "config/profile.h"

namespace hutch::config
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;

Limits limit(std::string_view assignment, Limits before = no_limits())
{
    const auto after = apply_limit(std::move(before), assignment, Bytes{8} << 30);
    EXPECT_TRUE(after) << assignment << ": " << (after ? "" : after.error().message);
    return after.value_or(Limits{});
}

Limits property(std::string_view assignment, Limits before = no_limits())
{
    const auto after = apply_property(std::move(before), assignment, Bytes{8} << 30);
    EXPECT_TRUE(after) << assignment << ": " << (after ? "" : after.error().message);
    return after.value_or(Limits{});
}

Limits option(std::string_view name, std::string_view value, Limits before = no_limits())
{
    const auto after = apply_option(std::move(before), name, value, Bytes{8} << 30);
    EXPECT_TRUE(after) << name << " " << value << ": " << (after ? "" : after.error().message);
    return after.value_or(Limits{});
}

std::vector<IoLimit> disks(const Limits& limits)
{
    return limits.io ? limits.io->value : std::vector<IoLimit>{};
}

TEST(LimitOptions, MemoryInEverySpelling)
{
    const Setting<Bytes> expected{Bytes{512} << 20, Origin::asked};
    EXPECT_EQ(limit("memory.max=512M").memory_max, expected);
    EXPECT_EQ(limit("memory.max = 512M").memory_max, expected) << "as in a configuration file";
    EXPECT_EQ(property("MemoryMax=512M").memory_max, expected);
    EXPECT_EQ(option("memory", "512m").memory_max, expected);
    EXPECT_EQ(option("memory", "536870912").memory_max, expected);
    EXPECT_EQ(limit("memory.max=25%").memory_max->value, Bytes{2} << 30);
    EXPECT_EQ(limit("memory.max=1M").memory_max->value, memory_floor) << "the floor itself works";
    EXPECT_EQ(limit("memory.high=100M").memory_high->value, Bytes{100} << 20);
    EXPECT_EQ(property("MemoryHigh=100M").memory_high->value, Bytes{100} << 20);
    EXPECT_EQ(option("memory-high", "100M").memory_high->value, Bytes{100} << 20);
}

TEST(LimitOptions, CpuInEverySpelling)
{
    EXPECT_DOUBLE_EQ(limit("cpu.max=0.5").cpus->value, 0.5);
    EXPECT_DOUBLE_EQ(limit("cpu.max=50000 100000").cpus->value, 0.5);
    EXPECT_DOUBLE_EQ(limit("cpu.max=150000 50000").cpus->value, 3);
    EXPECT_DOUBLE_EQ(limit("cpu.max=1000 10000").cpus->value, 0.1);
    EXPECT_DOUBLE_EQ(property("CPUQuota=150%").cpus->value, 1.5);
    EXPECT_DOUBLE_EQ(option("cpus", "1.5").cpus->value, 1.5);
    EXPECT_EQ(limit("cpu.weight=1").cpu_weight->value, 1u);
    EXPECT_EQ(property("CPUWeight=10000").cpu_weight->value, 10000u);
    EXPECT_EQ(option("cpu-weight", "50").cpu_weight->value, 50u);
    EXPECT_EQ(limit("cpu_time=1h 30m").cpu_time->value, seconds(5400));
    EXPECT_EQ(option("cpu-time", "30").cpu_time->value, seconds(30));
}

TEST(LimitOptions, ProcessesAndTimeAndRlimits)
{
    EXPECT_EQ(limit("pids.max=64").pids_max->value, 64u);
    EXPECT_EQ(property("TasksMax=64").pids_max->value, 64u);
    EXPECT_EQ(option("pids-limit", "64").pids_max->value, 64u);
    EXPECT_EQ(limit("wall=250ms").wall->value, milliseconds(250));
    EXPECT_EQ(property("RuntimeMaxSec=90").wall->value, seconds(90));
    EXPECT_EQ(property("RuntimeMaxSec=1min 30s").wall->value, seconds(90));
    EXPECT_EQ(option("timeout", "90").wall->value, seconds(90));
    EXPECT_EQ(limit("open_files=100").open_files->value, 100u);
    EXPECT_EQ(property("LimitNOFILE=100").open_files->value, 100u);
    EXPECT_EQ(property("LimitNOFILE=100:100").open_files->value, 100u);
    EXPECT_EQ(option("ulimit", "nofile=100").open_files->value, 100u);
    EXPECT_EQ(limit("core_size=0").core_size->value, 0u);
    EXPECT_EQ(property("LimitCORE=1M").core_size->value, Bytes{1} << 20);
    EXPECT_EQ(option("ulimit", "core=1M:1M").core_size->value, Bytes{1} << 20);
    EXPECT_EQ(limit("file_size=10M").file_size->value, Bytes{10} << 20);
    EXPECT_EQ(property("LimitFSIZE=10M").file_size->value, Bytes{10} << 20);
    EXPECT_EQ(apply_ulimit(no_limits(), "fsize=10M")->file_size->value, Bytes{10} << 20);
}

TEST(LimitOptions, IoMaxHasRatesAndPerhapsAPath)
{
    EXPECT_EQ(disks(limit("io.max=wbps=2M")),
              (std::vector<IoLimit>{{.path = "", .rbps = {}, .wbps = 2u << 20, .riops = {}, .wiops = {}}}));
    EXPECT_TRUE(asked_for(limit("io.max=wbps=2M"), Resource::io));

    const auto full = disks(limit("io.max=/scratch dir/x wbps=2M rbps=max riops=1k wiops=7"));
    ASSERT_EQ(full.size(), 1u);
    EXPECT_EQ(full[0].path, "/scratch dir/x");
    EXPECT_EQ(full[0].wbps, 2u << 20);
    EXPECT_FALSE(full[0].rbps);
    EXPECT_EQ(full[0].riops, 1000u);
    EXPECT_EQ(full[0].wiops, 7u);

    EXPECT_EQ(disks(limit("io.max=8:16 wbps=2M")).at(0).path, "/dev/block/8:16") << "the kernel's name of a disk";
    EXPECT_EQ(disks(limit("io.max=/a=b/c wbps=2M")).at(0).path, "/a=b/c");
}

TEST(LimitOptions, DeviceRatesOfDockerAndSystemd)
{
    const auto docker = disks(option("device-write-bps", "/dev/sda:2mb"));
    ASSERT_EQ(docker.size(), 1u);
    EXPECT_EQ(docker[0].path, "/dev/sda");
    EXPECT_EQ(docker[0].wbps, 2u << 20);
    EXPECT_EQ(disks(option("device-read-bps", "/a:b:3M")).at(0).path, "/a:b");
    EXPECT_EQ(disks(option("device-read-iops", "/dev/sda:100")).at(0).riops, 100u);
    EXPECT_EQ(disks(option("device-write-iops", "8:0:100")).at(0).path, "/dev/block/8:0");

    EXPECT_EQ(disks(property("IOReadBandwidthMax=/dev/sda 2M")).at(0).rbps, 2u << 20);
    EXPECT_EQ(disks(property("IOWriteBandwidthMax=/my disk  2M")).at(0).path, "/my disk");
    EXPECT_EQ(disks(property("IOReadIOPSMax=/dev/sda 1K")).at(0).riops, 1000u);
    EXPECT_EQ(disks(property("IOWriteIOPSMax=/dev/sda 20")).at(0).wiops, 20u);
}

TEST(LimitOptions, IoOfOneDiskIsMergedAndOfAnotherAdded)
{
    Limits limits = option("device-write-bps", "/dev/sda:2M");
    limits = option("device-read-iops", "/dev/sda:100", limits);
    limits = option("device-read-bps", "/dev/sdb:1M", limits);
    const auto both = disks(limits);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].wbps, 2u << 20);
    EXPECT_EQ(both[0].riops, 100u);
    EXPECT_EQ(both[1].path, "/dev/sdb");
    limits = option("device-read-bps", "/dev/sdb:max", limits);
    EXPECT_EQ(disks(limits).size(), 1u) << "nothing is left of sdb";
    limits = limit("io.max=/dev/sda wbps=max riops=max", limits);
    EXPECT_FALSE(limits.io);
}

TEST(LimitOptions, AskedIoReplacesTheDefaultProfiles)
{
    const Limits replaced = limit("io.max=/scratch wbps=2M", *profile_limits("standard", Origin::profile));
    ASSERT_EQ(disks(replaced).size(), 1u);
    EXPECT_EQ(disks(replaced)[0].path, "/scratch");
    EXPECT_TRUE(asked_for(replaced, Resource::io));

    const auto merged = disks(limit("io.max=wbps=2M", *profile_limits("standard", Origin::asked)));
    ASSERT_EQ(merged.size(), 1u);
    EXPECT_EQ(merged[0].wbps, 2u << 20);
    EXPECT_EQ(merged[0].riops, 5000u) << "a profile that was named is asked for too";
}

TEST(LimitOptions, NotLimitedTakesTheLimitAway)
{
    const Limits before = *profile_limits("standard", Origin::profile);
    EXPECT_FALSE(limit("memory.max=max", before).memory_max);
    EXPECT_FALSE(limit("cpu.max=max", before).cpus);
    EXPECT_FALSE(limit("cpu.max=max 100000", before).cpus);
    EXPECT_FALSE(limit("cpu_time=max", before).cpu_time);
    EXPECT_FALSE(limit("pids.max=max", before).pids_max);
    EXPECT_FALSE(limit("io.max=max", before).io);
    EXPECT_FALSE(limit("wall=max", before).wall);
    EXPECT_FALSE(property("MemoryMax=infinity", before).memory_max);
    EXPECT_FALSE(property("CPUQuota=infinity", before).cpus);
    EXPECT_FALSE(property("TasksMax=infinity", before).pids_max);
    EXPECT_FALSE(property("RuntimeMaxSec=infinity", before).wall);
    EXPECT_FALSE(property("LimitNOFILE=infinity", before).open_files);
    EXPECT_FALSE(property("LimitCORE=infinity", before).core_size);
    EXPECT_FALSE(option("ulimit", "core=unlimited", before).core_size);
    EXPECT_FALSE(property("IOReadBandwidthMax=/dev/sda infinity", before).io);
}

TEST(LimitOptions, OneLimitChangesAndNothingElse)
{
    const Limits before = *profile_limits("intensive", Origin::profile);
    struct Case {
        std::string_view assignment;
        Resource resource;
    };
    const Case cases[] = {
        {"memory.max=3M", Resource::memory},
        {"memory.high=3M", Resource::memory_high},
        {"cpu.max=3", Resource::cpu},
        {"cpu.weight=3", Resource::cpu_weight},
        {"cpu_time=3", Resource::cpu_time},
        {"pids.max=3", Resource::pids},
        {"io.max=wbps=3", Resource::io},
        {"wall=3", Resource::wall},
        {"open_files=30", Resource::open_files},
        {"core_size=3", Resource::core_size},
        {"file_size=3", Resource::file_size},
    };
    static_assert(std::size(cases) == resource_count);
    for (const Case& each : cases) {
        const Limits after = limit(each.assignment, before);
        for (std::size_t index = 0; index < resource_count; ++index) {
            const auto resource = static_cast<Resource>(index);
            EXPECT_EQ(asked_for(after, resource), resource == each.resource)
                << each.assignment << ", " << to_string(resource);
        }
        EXPECT_EQ(after.profile, "intensive");
        EXPECT_EQ(after.grace, before.grace);
    }
}

TEST(LimitOptions, TheTablesOfNamesAreComplete)
{
    EXPECT_EQ(limit_keys().size(), resource_count) << "each resource has a key of its own";
    for (const auto& names : {limit_keys(), property_names(), limit_option_names()}) {
        for (const std::string_view name : names) {
            EXPECT_FALSE(name.empty());
            EXPECT_FALSE(name.contains('='));
        }
    }
}

} // namespace
} // namespace hutch::config

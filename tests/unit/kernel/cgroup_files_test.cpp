#include "kernel/cgroup_files.h"

#include <gtest/gtest.h>

#include "unit/kernel/fixtures.h"

namespace hutch::kernel {
namespace {

TEST(CgroupFiles, cgroup_events)
{
    EXPECT_EQ(parse_cgroup_events(test::cgroup_events).value(), (CgroupEvents{true, false}));
    EXPECT_EQ(parse_cgroup_events("populated 0\n").value(), (CgroupEvents{false, std::nullopt}));
    EXPECT_EQ(parse_cgroup_events("future words of any 5 form\npopulated 1").value().populated, true);
    EXPECT_FALSE(parse_cgroup_events(""));
    EXPECT_FALSE(parse_cgroup_events("frozen 0\n"));
    EXPECT_FALSE(parse_cgroup_events("populated\n"));
    EXPECT_FALSE(parse_cgroup_events("populated yes\n"));
    EXPECT_FALSE(parse_cgroup_events("populated 1\nfrozen -1\n"));
    EXPECT_EQ(parse_cgroup_events("frozen 0\n").error().message, "parse cgroup.events: no 'populated' in it");
}

TEST(CgroupFiles, memory_events)
{
    EXPECT_EQ(parse_memory_events(test::memory_events).value(),
              (MemoryEvents{.oom = 1, .oom_kill = 2, .low = 0, .high = 0, .max = 31, .oom_group_kill = 1}));
    EXPECT_FALSE(parse_memory_events(test::memory_events_old).value().oom_group_kill);
    EXPECT_EQ(parse_memory_events("sock_throttled 7\noom 0\noom_kill 1\n").value().oom_kill, 1U)
        << "a key that a later kernel added";
    EXPECT_FALSE(parse_memory_events("oom_kill 1\n")) << "oom is not oom_kill";
    EXPECT_FALSE(parse_memory_events("oom 99999999999999999999\noom_kill 1\n"));
    EXPECT_EQ(parse_memory_events("oom 1 2\noom_kill 1\n").error().message, "parse memory.events: 'oom 1 2'");
}

TEST(CgroupFiles, cpu_stat)
{
    const auto plain = parse_cpu_stat(test::cpu_stat_plain).value();
    EXPECT_EQ(plain, (CpuStat{258739565, 154882802, 103856762, {}, {}, {}}));
    const auto throttled = parse_cpu_stat(test::cpu_stat_throttled).value();
    EXPECT_EQ(throttled, (CpuStat{1523456, 1502000, 21456, 31, 30, 1498765}));
    EXPECT_FALSE(parse_cpu_stat("usage_usec 1\nuser_usec 1\n"));
    EXPECT_FALSE(parse_cpu_stat("usage_usec 1\nuser_usec 1\nsystem_usec 0\nnr_throttled x\n"));
}

TEST(CgroupFiles, io_stat)
{
    const auto devices = parse_io_stat(test::io_stat).value();
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[0], (IoStat{{8, 16}, 1459200, 314773504, 192, 353}));
    EXPECT_EQ(parse_io_stat_total(test::io_stat).value(), (IoStat{{}, 1549312, 314777600, 195, 354}));
    EXPECT_TRUE(parse_io_stat("").value().empty()) << "no I/O yet";
    EXPECT_EQ(parse_io_stat("8:0 rbytes=1 cost.usage=77 future=x\n").value().at(0).rbytes, 1U);
    EXPECT_FALSE(parse_io_stat("8:0 rbytes=x\n"));
    EXPECT_FALSE(parse_io_stat("8:0 rbytes=\n"));
    EXPECT_FALSE(parse_io_stat("rbytes=1\n")) << "no device";
}

TEST(CgroupFiles, io_stat_of_kernels_that_forget_newlines)
{
    const auto devices = parse_io_stat(test::io_stat_glued).value();
    ASSERT_EQ(devices.size(), 5U);
    EXPECT_EQ(devices[0], (IoStat{{7, 7}}));
    EXPECT_EQ(devices[3], (IoStat{{8, 0}, 1024, 2048, 1, 2}));
    EXPECT_EQ(devices[4], (IoStat{{253, 0}}));
    EXPECT_EQ(parse_io_stat_total(test::io_stat_glued).value().wbytes, 2048U);
}

TEST(CgroupFiles, pids_events)
{
    EXPECT_EQ(parse_pids_events(test::pids_events).value().max, 3U);
    EXPECT_EQ(parse_pids_events("max 0\nmax_imposed 4\n").value().max, 0U);
    EXPECT_FALSE(parse_pids_events("max_imposed 4\n"));
}

TEST(CgroupFiles, pressure)
{
    const auto parsed = parse_pressure(test::pressure).value();
    EXPECT_EQ(parsed.some, (PressureLine{2.41, 3.17, 2.10, 15862982}));
    ASSERT_TRUE(parsed.full);
    EXPECT_EQ(parsed.full->total_usec, 0U);
    EXPECT_FALSE(parse_pressure("some avg10=0.00 total=5\n").value().full) << "cpu.pressure before 5.13";
    EXPECT_EQ(parse_pressure("some avg10=0.00 avg900=1 total=5\nmost x=1\n").value().some.total_usec, 5U);
    EXPECT_FALSE(parse_pressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"));
    EXPECT_FALSE(parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00\n"));
    EXPECT_FALSE(parse_pressure("some avg10=a total=0\n"));
    EXPECT_FALSE(parse_pressure("some avg10 total=0\n"));
    EXPECT_FALSE(parse_pressure("some\n"));
}

TEST(CgroupFiles, cpu_max)
{
    EXPECT_EQ(parse_cpu_max("max 100000\n").value(), (CpuMax{std::nullopt, 100000}));
    EXPECT_EQ(parse_cpu_max("50000 100000\n").value().cpus(), 0.5);
    EXPECT_FALSE(parse_cpu_max("max 100000\n").value().cpus());
    for (const std::string_view bad :
         {"", "max", "50000", "x 100000", "50000 0", "50000 max", "maximum 100000", "1 2 3"}) {
        EXPECT_FALSE(parse_cpu_max(bad)) << bad;
    }
    EXPECT_EQ(format_cpu_max(0.5), "50000 100000");
    EXPECT_EQ(format_cpu_max(2), "200000 100000");
    EXPECT_EQ(format_cpu_max(0.333), "33300 100000");
    EXPECT_EQ(format_cpu_max(0.001), "1000 100000") << "the kernel's least";
    EXPECT_EQ(format_cpu_max(8192), "819200000 100000");
}

TEST(CgroupFiles, io_max)
{
    const auto limits = parse_io_max(test::io_max).value();
    ASSERT_EQ(limits.size(), 1U);
    EXPECT_EQ(limits[0], (IoMax{{8, 16}, 2097152, {}, {}, 120}));
    EXPECT_TRUE(parse_io_max("").value().empty());
    EXPECT_FALSE(parse_io_max("8:16 rbps=fast\n"));
    EXPECT_FALSE(parse_io_max("8:16 rbps=maximum\n"));
    EXPECT_EQ(format_io_max({8, 16}, {.path = "", .rbps = 2097152, .wbps = {}, .riops = {}, .wiops = 120}),
              "8:16 rbps=2097152 wbps=max riops=max wiops=120");
}

TEST(CgroupFiles, single_values)
{
    EXPECT_EQ(parse_value("67108864\n").value(), 67108864U);
    EXPECT_EQ(parse_value("max\n").value(), std::nullopt);
    EXPECT_EQ(parse_value("18446744073709551615\n").value(), UINT64_MAX);
    for (const std::string_view bad : {"", "maximum", "-1", "1 2", "0x10"}) {
        EXPECT_FALSE(parse_value(bad)) << bad;
    }
}

} // namespace
} // namespace hutch::kernel

// Only what stood still is left out, and only that is zero.
#include "scope/machine_stalls.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace hutch::scope {
namespace {

constexpr LeafFiles all{.memory_pressure = true, .cpu_pressure = true, .io_pressure = true};

TEST(MachineStalls, WhatStoodStillIsZeroAndNotRead)
{
    Usage usage;
    const LeafFiles files = without_quiet(all, {.memory = 7, .io = 8}, {.memory = 7, .io = 9}, usage);
    EXPECT_FALSE(files.memory_pressure);
    EXPECT_EQ(usage.memory_stall_usec, 0U);
    EXPECT_TRUE(files.io_pressure);
    EXPECT_FALSE(usage.io_stall_usec);
    EXPECT_TRUE(files.cpu_pressure) << "the machine always waits for CPUs somewhere";
}

TEST(MachineStalls, WhatIsNotKnownIsRead)
{
    Usage usage;
    const LeafFiles files = without_quiet(all, {}, {}, usage);
    EXPECT_TRUE(files.memory_pressure && files.io_pressure);
    EXPECT_FALSE(usage.memory_stall_usec || usage.io_stall_usec);
}

TEST(MachineStalls, WhatTheKernelDoesNotKeepIsNotZero)
{
    Usage usage;
    (void)without_quiet(LeafFiles{}, {.memory = 7, .io = 8}, {.memory = 7, .io = 8}, usage);
    EXPECT_FALSE(usage.memory_stall_usec || usage.io_stall_usec);
}

TEST(MachineStalls, AreReadWhereThereArePressureFiles)
{
    const Stalls stalls = MachineStalls().read();
    EXPECT_EQ(stalls.memory.has_value(), ::access("/proc/pressure/memory", R_OK) == 0);
    EXPECT_EQ(stalls.io.has_value(), ::access("/proc/pressure/io", R_OK) == 0);
}

} // namespace
} // namespace hutch::scope

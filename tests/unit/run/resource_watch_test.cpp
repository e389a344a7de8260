// The watch's decisions, as pure functions of samples.

#include "run/resource_watch.h"

#include <gtest/gtest.h>

namespace hutch::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ResourceWatch, CrossesOnlyWhatIsWatched)
{
    const scope::Sample sample{.memory_bytes = 200, .processes = 30, .cpu_usec = 2'000'000};
    EXPECT_EQ(crossed({}, sample), std::nullopt);
    EXPECT_EQ(crossed({.memory = 199}, sample), StopReason::memory_watchdog);
    EXPECT_EQ(crossed({.memory = 200}, sample), std::nullopt) << "the limit itself is allowed";
    EXPECT_EQ(crossed({.processes = 29}, sample), StopReason::pids_watchdog);
    EXPECT_EQ(crossed({.cpu_time = seconds(2)}, sample), StopReason::cpu_time);
    EXPECT_EQ(crossed({.cpu_time = seconds(3)}, sample), std::nullopt);
}

TEST(ResourceWatch, WhatIsNotKnownCrossesNothing)
{
    EXPECT_EQ(crossed({.cpu_time = seconds(1), .memory = 1, .processes = 1}, {}), std::nullopt);
}

TEST(ResourceWatch, CpuTimeIsLookedAtWhenItCanFirstBeUsedUp)
{
    const WatchPlan plan{.cpu_time = seconds(60), .cpus = 2};
    EXPECT_EQ(next_look(plan, {}), seconds(30));
    EXPECT_EQ(next_look(plan, {.cpu_usec = 50'000'000}), seconds(5));
    EXPECT_EQ(next_look(plan, {.cpu_usec = 59'999'999}), milliseconds(10)) << "never in a tight loop";
}

TEST(ResourceWatch, SamplingHasItsOwnInterval)
{
    EXPECT_EQ(next_look({.cpu_time = seconds(60), .memory = 1}, {}), sample_interval);
    EXPECT_EQ(next_look({.sample_peaks = true}, {}), sample_interval);
}

/// A test that uses all CPUs from the start is caught at most one look after its limit, in few looks.
TEST(ResourceWatch, AFullyBusyTestIsCaughtWithinOneLook)
{
    const WatchPlan plan{.cpu_time = seconds(10), .cpus = 4};
    Microseconds now{0};
    int looks = 0;
    scope::Sample sample;
    while (!crossed(plan, sample)) {
        now += next_look(plan, sample);
        sample.cpu_usec = static_cast<std::uint64_t>(now.count()) * 4;
        ++looks;
    }
    EXPECT_LE(now, milliseconds(2510));
    EXPECT_LE(looks, 3);
}

} // namespace
} // namespace hutch::run

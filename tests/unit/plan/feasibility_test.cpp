// L-9: what was asked for fails closed, what a default brought degrades and says so, and nothing in between.
#include "plan/feasibility.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "config/profile.h"

namespace hutch::plan
{
namespace
{

constexpr std::string_view hybrid = "no controllers: hybrid hierarchy";

constexpr Resource needs_cgroup[] = {Resource::memory,     Resource::memory_high, Resource::cpu,
                                     Resource::cpu_weight, Resource::pids,        Resource::io};

Machine full_machine()
{
    Machine machine;
    for (const Resource resource : needs_cgroup) {
        machine.capabilities.push_back({resource, Enforcer::cgroup, "written and read back", ""});
    }
    return machine;
}

/// A cgroup2 without controllers.
Machine hybrid_machine()
{
    Machine machine;
    for (const Resource resource : needs_cgroup) {
        const bool watched = resource == Resource::memory || resource == Resource::pids;
        machine.capabilities.push_back({resource, watched ? Enforcer::watchdog : Enforcer::none, std::string(hybrid),
                                        "boot with systemd.unified_cgroup_hierarchy=1"});
    }
    return machine;
}

Limits standard(Origin origin = Origin::profile)
{
    return *config::profile_limits("standard", origin);
}

TEST(Feasibility, EverythingHoldsOnAFullMachine)
{
    for (const Isolation isolation : {Isolation::automatic, Isolation::required, Isolation::if_available}) {
        const auto result = feasible(standard(Origin::asked), full_machine(), isolation);
        ASSERT_TRUE(result);
        EXPECT_EQ(result->limits, standard(Origin::asked));
        EXPECT_TRUE(result->unenforced.empty());
        EXPECT_TRUE(result->notices.empty());
    }
}

TEST(Feasibility, TheDefaultProfileDegradesWithOneSentence)
{
    const auto result = feasible(standard(), hybrid_machine(), Isolation::automatic);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->notices,
              std::vector<std::string>{
                  "not enforced here: cpu, io (no controllers: hybrid hierarchy); memory, pids by watchdog"});
    EXPECT_EQ(result->unenforced, (std::vector<Resource>{Resource::cpu, Resource::io}));
    EXPECT_FALSE(result->limits.cpus);
    EXPECT_FALSE(result->limits.io);
    EXPECT_EQ(result->limits.memory_max, standard().memory_max) << "kept, for the watchdog";
    EXPECT_EQ(result->limits.pids_max, standard().pids_max);
    EXPECT_EQ(result->limits.wall, standard().wall);
    EXPECT_EQ(result->limits.open_files, standard().open_files);
}

TEST(Feasibility, AskedMemoryUnderAWatchdogIsRefused)
{
    Limits limits = standard();
    limits.memory_max = {Bytes{64} << 20, Origin::asked};
    const auto result = feasible(limits, hybrid_machine(), Isolation::automatic);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::machine);
    EXPECT_EQ(result.error().message,
              "the kernel cannot enforce here: memory 64 MB (no controllers: hybrid hierarchy)");
    EXPECT_EQ(result.error().hint,
              "boot with systemd.unified_cgroup_hierarchy=1\nor let it degrade: --isolation=if-available");
    EXPECT_TRUE(feasible(limits, hybrid_machine(), Isolation::if_available));
    EXPECT_TRUE(feasible(limits, full_machine(), Isolation::automatic));
}

TEST(Feasibility, ARefusalNamesEveryLimitWithItsValue)
{
    Limits limits;
    limits.cpus = {0.5};
    limits.pids_max = {20};
    IoLimit io;
    io.path = "/scratch";
    io.wbps = 2u << 20;
    limits.io = {{io}};
    Machine machine = full_machine();
    machine.capabilities[2] = {Resource::cpu, Enforcer::none, "not delegated", "A"};
    machine.capabilities[5] = {Resource::io, Enforcer::none, "no such controller", "B"};
    const auto result = feasible(limits, machine, Isolation::automatic);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "the kernel cannot enforce here: cpu 0.5 (not delegated), "
                                      "io wbps=2097152 on /scratch (no such controller)");
    EXPECT_EQ(result.error().hint, "A\nB\nor let it degrade: --isolation=if-available");
}

TEST(Feasibility, RequiredRefusesDefaultsToo)
{
    const auto result = feasible(standard(), hybrid_machine(), Isolation::required);
    ASSERT_FALSE(result);
    for (const auto* name : {"memory 512 MB", "cpu 1", "pids 50", "io riops=5000 wiops=5000"}) {
        EXPECT_NE(result.error().message.find(name), std::string::npos) << result.error().message;
    }
}

TEST(Feasibility, WatchdogsAndRlimitsByDesignAreEnforcement)
{
    Limits limits;
    limits.wall = {std::chrono::seconds(1)};
    limits.cpu_time = {std::chrono::seconds(1)};
    limits.open_files = {100};
    limits.core_size = {0};
    limits.file_size = {100};
    const auto result = feasible(limits, Machine{}, Isolation::required);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->limits, limits);
    EXPECT_TRUE(result->notices.empty());

    Machine machine;
    machine.capabilities.push_back({Resource::cpu_time, Enforcer::none, "no cpu.stat", ""});
    EXPECT_FALSE(feasible(limits, machine, Isolation::automatic))
        << "unless the machine says that even that is not there";
}

TEST(Feasibility, OffLeavesTheWallClockAlone)
{
    Limits limits = standard();
    const auto silent = feasible(limits, full_machine(), Isolation::off);
    ASSERT_TRUE(silent);
    EXPECT_EQ(limited(silent->limits), std::vector<Resource>{Resource::wall});
    EXPECT_TRUE(silent->notices.empty()) << "nobody asked for more";

    limits.memory_max->origin = Origin::asked;
    const auto told = feasible(limits, full_machine(), Isolation::off);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->notices, std::vector<std::string>{"not enforced with --isolation=off: memory"});
}

TEST(Feasibility, WhatIsNotListedIsNotEnforced)
{
    Limits limits;
    limits.cpus = {1.0};
    EXPECT_FALSE(feasible(limits, Machine{}, Isolation::automatic));
    limits.cpus->origin = Origin::profile;
    EXPECT_EQ(feasible(limits, Machine{}, Isolation::automatic)->unenforced, std::vector<Resource>{Resource::cpu});
}

TEST(Feasibility, OnlyWatchdogsHaveASentenceOfTheirOwn)
{
    Limits limits;
    limits.pids_max = {5, Origin::profile};
    const auto result = feasible(limits, hybrid_machine(), Isolation::automatic);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->notices, std::vector<std::string>{"not enforced by the kernel here: pids by watchdog"});
}

TEST(Feasibility, AHardRlimitIsNeverRaised)
{
    Machine machine = full_machine();
    machine.ceilings.open_files = 256;
    machine.ceilings.file_size = 1u << 20;
    const auto result = feasible(standard(), machine, Isolation::required);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->limits.open_files->value, 256u);
    EXPECT_FALSE(result->limits.file_size);
    ASSERT_EQ(result->notices.size(), 1u);
    EXPECT_TRUE(result->notices[0].starts_with("open_files: 256 here")) << result->notices[0];
}

/// Any limits, any machine, any isolation: the rules that no combination may break.
TEST(Feasibility, RandomWorldsObeyTheRules)
{
    std::mt19937 random(9);
    const auto coin = [&] { return random() % 2 == 0; };
    for (int round = 0; round < 20'000; ++round) {
        Limits limits = standard();
        limits.memory_high = {Bytes{1} << 22, Origin::profile};
        limits.cpu_weight = {50u, Origin::profile};
        limits.file_size = {5u, Origin::profile};
        const auto shake = [&](auto&... settings) {
            ((settings->origin = coin() ? Origin::asked : Origin::profile, coin() ? settings.reset() : void()), ...);
        };
        shake(limits.memory_max, limits.memory_high, limits.cpus, limits.cpu_weight, limits.cpu_time, limits.pids_max,
              limits.io, limits.wall, limits.open_files, limits.core_size, limits.file_size);
        Machine machine;
        for (const Resource resource : needs_cgroup) {
            machine.capabilities.push_back(
                {resource, static_cast<Enforcer>(random() % 4), "found", coin() ? "remedy" : ""});
        }
        const auto isolation = static_cast<Isolation>(random() % 4);
        const auto result = feasible(limits, machine, isolation);

        const auto held = [&](Resource resource) {
            const auto found = std::ranges::find(machine.capabilities, resource, &Capability::resource);
            return found == machine.capabilities.end() || found->enforcer == Enforcer::cgroup;
        };
        const auto wanted = limited(limits);
        const bool must_fail = std::ranges::any_of(wanted, [&](Resource resource) {
            const bool strict =
                isolation == Isolation::required || (isolation == Isolation::automatic && asked_for(limits, resource));
            return strict && !held(resource);
        });
        ASSERT_EQ(result.has_value(), !must_fail);
        if (!result) {
            ASSERT_EQ(result.error().fault, Fault::machine);
            continue;
        }
        // Nothing is lost silently: written or named as unenforced, never both; and nothing is made up.
        std::vector<Resource> accounted = limited(result->limits);
        accounted.insert(accounted.end(), result->unenforced.begin(), result->unenforced.end());
        std::ranges::sort(accounted);
        ASSERT_EQ(accounted, wanted);
        const bool all_held = std::ranges::all_of(wanted, held);
        ASSERT_TRUE(isolation == Isolation::off || result->notices.empty() == all_held);
        ASSERT_LE(result->notices.size(), 1u);
        ASSERT_EQ(result->limits.profile, limits.profile);
    }
}

} // namespace
} // namespace hutch::plan

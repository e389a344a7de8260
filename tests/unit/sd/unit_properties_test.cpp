#include "sd/unit_properties.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace hutch::sd {
namespace {

const UnitProperty* find(const TransientUnit& unit, std::string_view name)
{
    auto found = std::ranges::find(unit.properties, name, &UnitProperty::name);
    return found == unit.properties.end() ? nullptr : &*found;
}

TEST(UnitProperties, AScopeWithoutLimits)
{
    TransientUnit unit = scope_unit({.unit = "hutch-a.scope", .description = "tests", .pids = {4711}});
    EXPECT_EQ(unit.name, "hutch-a.scope");
    EXPECT_TRUE(unit.auxiliary.empty());
    EXPECT_EQ(unit.properties, (std::vector<UnitProperty>{
                                   {"Description", std::string("tests")},
                                   {"PIDs", std::vector<std::uint32_t>{4711}},
                                   {"Delegate", true},
                                   {"CollectMode", std::string("inactive-or-failed")},
                                   {"TimeoutStopUSec", std::uint64_t{2'000'000}},
                                   {"OOMPolicy", std::string("continue"), true},
                                   {"ManagedOOMPreference", std::string("avoid"), true},
                                   {"TasksMax", infinity},
                               }));
}

TEST(UnitProperties, AScopeWithAllLimits)
{
    UnitLimits limits;
    limits.memory_max = 64 << 20;
    limits.memory_swap_max = 0;
    limits.memory_high = 32 << 20;
    limits.cpu_quota = 290'000;
    limits.cpu_weight = 50;
    limits.tasks_max = 20;
    limits.io_wbps = {{"/dev/vdb", 2'000'000}};
    limits.io_riops = {{"/dev/vda", 10}, {"/dev/vdb", 20}};
    TransientUnit unit =
        scope_unit({.unit = "x.scope", .description = "", .pids = {1}, .slice = "hutch-a.slice", .limits = limits});
    auto value = [&](const char* name) {
        return find(unit, name) != nullptr ? find(unit, name)->value : PropertyValue{};
    };
    EXPECT_EQ(value("Slice"), PropertyValue(std::string("hutch-a.slice")));
    EXPECT_EQ(value("MemoryMax"), PropertyValue(std::uint64_t{64 << 20}));
    EXPECT_EQ(value("MemorySwapMax"), PropertyValue(std::uint64_t{0}));
    EXPECT_EQ(value("MemoryHigh"), PropertyValue(std::uint64_t{32 << 20}));
    EXPECT_EQ(value("CPUQuotaPerSecUSec"), PropertyValue(std::uint64_t{290'000}));
    EXPECT_EQ(value("CPUWeight"), PropertyValue(std::uint64_t{50}));
    EXPECT_EQ(value("TasksMax"), PropertyValue(std::uint64_t{20}));
    EXPECT_EQ(value("IOWriteBandwidthMax"), PropertyValue(std::vector<DeviceRate>{{"/dev/vdb", 2'000'000}}));
    EXPECT_EQ(value("IOReadIOPSMax"), PropertyValue(std::vector<DeviceRate>{{"/dev/vda", 10}, {"/dev/vdb", 20}}));
    EXPECT_EQ(find(unit, "IOReadBandwidthMax"), nullptr);
    EXPECT_EQ(find(unit, "IOWriteIOPSMax"), nullptr);
}

TEST(UnitProperties, OnlyWhatOldManagersLackIsOptional)
{
    TransientUnit unit = scope_unit({.unit = "x.scope", .description = "", .pids = {1}, .slice = "s.slice"});
    for (const UnitProperty& property : unit.properties) {
        EXPECT_EQ(property.optional, property.name == "OOMPolicy" || property.name == "ManagedOOMPreference")
            << property.name;
    }
}

TEST(UnitProperties, ASliceEndsWithTheRunnersScopeAndItsParentsWithIt)
{
    TransientUnit unit = slice_unit("hutch-a_1-b.slice", "tests", "hutch-a-1.scope");
    EXPECT_EQ(find(unit, "BindsTo")->value, PropertyValue(std::vector<std::string>{"hutch-a-1.scope"}));
    EXPECT_EQ(find(unit, "MemoryAccounting")->value, PropertyValue(true));
    EXPECT_EQ(find(unit, "After")->value, PropertyValue(std::vector<std::string>{"hutch-a-1.scope"}));
    ASSERT_EQ(unit.auxiliary.size(), 2U);
    EXPECT_EQ(unit.auxiliary[0].name, "hutch.slice");
    EXPECT_EQ(unit.auxiliary[1].name, "hutch-a_1.slice");
    EXPECT_EQ(unit.auxiliary[0].properties, (std::vector<UnitProperty>{{"StopWhenUnneeded", true}}));
}

} // namespace
} // namespace hutch::sd

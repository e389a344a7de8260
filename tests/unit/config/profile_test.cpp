// The five profiles, number for number; a misspelt one gets the name that was meant.
#include "config/profile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/base/doc_table.h"

namespace hutch::config
{
namespace
{

using std::chrono::seconds;

TEST(Profile, StandardIsTheDefaultAndHasTheTablesNumbers)
{
    const auto limits = profile_limits(default_profile, Origin::profile);
    ASSERT_TRUE(limits);
    EXPECT_EQ(limits->profile, "standard");
    EXPECT_EQ(limits->memory_max, (Setting<Bytes>{Bytes{512} << 20, Origin::profile}));
    EXPECT_EQ(limits->cpus, (Setting<double>{1.0, Origin::profile}));
    EXPECT_EQ(limits->wall, (Setting<Microseconds>{seconds(120), Origin::profile}));
    EXPECT_EQ(limits->cpu_time, (Setting<Microseconds>{seconds(60), Origin::profile}));
    EXPECT_EQ(limits->open_files, (Setting<std::uint64_t>{500, Origin::profile}));
    EXPECT_EQ(limits->pids_max, (Setting<std::uint64_t>{50, Origin::profile}));
    EXPECT_EQ(limits->core_size, (Setting<Bytes>{0, Origin::profile}));
    EXPECT_FALSE(limits->memory_high);
    EXPECT_FALSE(limits->cpu_weight);
    EXPECT_FALSE(limits->file_size);
    ASSERT_TRUE(limits->io);
    ASSERT_EQ(limits->io->value.size(), 1u);
    const IoLimit& io = limits->io->value.front();
    EXPECT_EQ(io.path, "") << "the disk behind the work directory";
    EXPECT_EQ(io.riops, 5000u);
    EXPECT_EQ(io.wiops, 5000u);
    EXPECT_FALSE(io.rbps || io.wbps);
}

TEST(Profile, AllFiveFromSmallToLarge)
{
    struct Row {
        std::string_view name;
        Bytes memory_mb;
        double cpus;
        int wall, cpu_time;
        std::uint64_t files, processes, io;
    };
    const Row expected[] = {
        {"fast", 128, 0.5, 30, 10, 100, 10, 1000},
        {"standard", 512, 1, 120, 60, 500, 50, 5000},
        {"slow", 1024, 2, 600, 600, 1000, 100, 10000},
        {"intensive", 4096, 4, 1800, 3600, 2000, 200, 50000},
        {"critical", 8192, 8, 3600, 7200, 4000, 500, 100000},
    };
    ASSERT_EQ(profiles().size(), std::size(expected));
    for (std::size_t index = 0; index < std::size(expected); ++index) {
        const Row& row = expected[index];
        EXPECT_EQ(profiles()[index].name, row.name);
        const auto limits = profile_limits(row.name, Origin::asked);
        ASSERT_TRUE(limits) << row.name;
        EXPECT_EQ(limits->memory_max->value, row.memory_mb << 20) << row.name;
        EXPECT_EQ(limits->cpus->value, row.cpus) << row.name;
        EXPECT_EQ(limits->wall->value, seconds(row.wall)) << row.name;
        EXPECT_EQ(limits->cpu_time->value, seconds(row.cpu_time)) << row.name;
        EXPECT_EQ(limits->open_files->value, row.files) << row.name;
        EXPECT_EQ(limits->pids_max->value, row.processes) << row.name;
        EXPECT_EQ(limits->io->value.front().riops, row.io) << row.name;
    }
}

std::string duration_text(Microseconds duration)
{
    const auto whole = std::chrono::duration_cast<seconds>(duration).count();
    return whole < 600 ? fmt::format("{} s", whole) : fmt::format("{} min", whole / 60);
}

std::string memory_text(Bytes memory)
{
    const Bytes megabytes = memory >> 20;
    return megabytes < 1024 ? fmt::format("{} MB", megabytes) : fmt::format("{} GB", megabytes >> 10);
}

TEST(Profile, TheDocumentHasTheSameTable)
{
    std::vector<std::vector<std::string>> coded;
    for (const Profile& row : profiles()) {
        coded.push_back({std::string(row.name), memory_text(row.memory), fmt::format("{}", row.cpus),
                         duration_text(row.wall), duration_text(row.cpu_time), fmt::format("{}", row.open_files),
                         fmt::format("{}", row.processes), fmt::format("{}", row.io_operations),
                         std::string(row.purpose)});
    }
    EXPECT_EQ(test::doc_rows("profiles.md", "profiles"), coded);
}

TEST(Profile, OriginReachesEveryLimit)
{
    for (const Origin origin : {Origin::asked, Origin::profile}) {
        const auto limits = profile_limits("slow", origin);
        ASSERT_TRUE(limits);
        for (const Resource resource : limited(*limits)) {
            EXPECT_EQ(asked_for(*limits, resource), origin == Origin::asked) << to_string(resource);
        }
    }
}

TEST(Profile, UnknownNameIsAUsageErrorWithTheNearest)
{
    const auto limits = profile_limits("fsat", Origin::asked);
    ASSERT_FALSE(limits);
    EXPECT_EQ(limits.error().fault, Fault::usage);
    EXPECT_EQ(limits.error().message, "unknown profile 'fsat'");
    EXPECT_EQ(limits.error().hint, "did you mean 'fast'?");
    EXPECT_EQ(profile_limits("Critical", Origin::asked).error().hint, "did you mean 'critical'?");
    EXPECT_EQ(profile_limits("zzzzzzzz", Origin::asked).error().hint,
              "known: fast, standard, slow, intensive, critical");
    EXPECT_FALSE(profile_limits("", Origin::asked));
}

TEST(Profile, SafeModeIsAskedForAndKeepsAWallClock)
{
    const Limits limits = safe_mode_limits();
    EXPECT_EQ(limits.memory_max, (Setting<Bytes>{Bytes{512} << 20, Origin::asked}));
    EXPECT_EQ(limits.cpu_time, (Setting<Microseconds>{seconds(30), Origin::asked}));
    EXPECT_EQ(limits.open_files, (Setting<std::uint64_t>{256, Origin::asked}));
    EXPECT_EQ(limits.pids_max, (Setting<std::uint64_t>{64, Origin::asked}));
    EXPECT_EQ(limits.wall, (Setting<Microseconds>{seconds(120), Origin::profile}));
    EXPECT_FALSE(limits.io);
    EXPECT_FALSE(limits.cpus);
}

TEST(Profile, NoLimitsIsNothingAtAll)
{
    EXPECT_TRUE(limited(no_limits()).empty());
    EXPECT_EQ(no_limits().profile, "");
}

} // namespace
} // namespace hutch::config

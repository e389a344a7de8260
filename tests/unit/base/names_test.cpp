#include <gtest/gtest.h>

#include <set>

#include "hutch/limits.h"
#include "hutch/outcome.h"

namespace hutch {
namespace {

/// All names of an enumeration whose last enumerator is `last`.
template <class Enumeration> std::set<std::string_view> names(Enumeration last)
{
    std::set<std::string_view> all;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        all.insert(to_string(static_cast<Enumeration>(i)));
    }
    return all;
}

TEST(Names, resources_in_events)
{
    EXPECT_EQ(names(Resource::file_size),
              (std::set<std::string_view>{"memory", "memory_high", "cpu", "cpu_weight", "cpu_time", "pids", "io",
                                          "wall", "open_files", "core_size", "file_size"}));
    EXPECT_EQ(static_cast<std::size_t>(Resource::file_size) + 1, resource_count);
}

TEST(Names, each_has_its_own)
{
    EXPECT_EQ(names(Verdict::blocked).size(), static_cast<std::size_t>(Verdict::blocked) + 1);
    EXPECT_EQ(names(Cause::not_available).size(), cause_count);
    EXPECT_EQ(static_cast<std::size_t>(Cause::not_available) + 1, cause_count);
    EXPECT_EQ(names(Enforcer::none), (std::set<std::string_view>{"cgroup", "rlimit", "watchdog", "none"}));
    EXPECT_FALSE(names(Cause::not_available).contains("?"));
}

TEST(Names, verdicts_that_can_end_in_exit_0)
{
    EXPECT_TRUE(is_success(Verdict::pass));
    EXPECT_TRUE(is_success(Verdict::skip));
    EXPECT_TRUE(is_success(Verdict::flaky));
    for (const Verdict bad : {Verdict::fail, Verdict::timeout, Verdict::oom, Verdict::limit, Verdict::crash,
                              Verdict::leak, Verdict::error, Verdict::cancelled, Verdict::blocked}) {
        EXPECT_FALSE(is_success(bad)) << to_string(bad);
    }
}

TEST(Names, what_a_set_of_limits_limits)
{
    Limits limits;
    EXPECT_TRUE(limited(limits).empty());
    limits.file_size = {.value = 1, .origin = Origin::asked};
    limits.memory_max = {.value = 1, .origin = Origin::profile};
    limits.io = {.value = {}, .origin = Origin::asked};
    EXPECT_EQ(limited(limits), (std::vector{Resource::memory, Resource::file_size}));
    EXPECT_FALSE(asked_for(limits, Resource::memory));
    EXPECT_TRUE(asked_for(limits, Resource::file_size));
    EXPECT_FALSE(asked_for(limits, Resource::io)) << "no disk is named";
    limits.io->value.emplace_back();
    EXPECT_TRUE(asked_for(limits, Resource::io));
    EXPECT_FALSE(asked_for(limits, Resource::wall));
}

} // namespace
} // namespace hutch

// Filters, shards and dependencies.
#include "discover/select.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::discover
{
namespace
{

using Words = std::vector<std::string>;
using Places = std::vector<std::size_t>;

TestFile test(std::string name, Words depends_on = {}, Words after = {})
{
    TestFile file;
    file.name = std::move(name);
    file.path = "/p/" + file.name;
    file.after = std::move(after);
    Traits traits;
    traits.depends_on = std::move(depends_on);
    file.traits = std::make_shared<const Traits>(traits);
    return file;
}

Words names(const Selection& selection)
{
    Words all;
    for (const TestFile& file : selection.tests) {
        all.push_back(file.name);
    }
    return all;
}

Selection selected(std::vector<TestFile> all, const SelectOptions& options = {})
{
    auto selection = select(std::move(all), options);
    EXPECT_TRUE(selection) << (selection ? "" : selection.error().message);
    return selection.value_or(Selection());
}

TEST(Shards, AreWritten)
{
    const auto shard = parse_shard("2/5");
    ASSERT_TRUE(shard);
    EXPECT_EQ(shard->index, 2u);
    EXPECT_EQ(shard->total, 5u);
    EXPECT_TRUE(parse_shard("1/1"));
    for (const auto* text : {"", "/", "2", "0/5", "6/5", "1/0", "-1/5", "1/5/2", " 1/5", "1/18446744073709551616", "a/b"}) {
        const auto none = parse_shard(text);
        ASSERT_FALSE(none) << text;
        EXPECT_EQ(none.error().fault, Fault::usage);
        EXPECT_EQ(none.error().message, fmt::format("--shard '{}': M/N, the M-th of N parts, M from 1 to N", text));
    }
}

TEST(Shards, EveryTestIsInExactlyOneAndTheyAreEven)
{
    constexpr std::uint64_t total = 7;
    std::vector<int> sizes(total);
    for (int i = 0; i < 7000; ++i) {
        const std::string name = fmt::format("tests/test_{}.sh", i);
        int in = 0;
        for (std::uint64_t index = 1; index <= total; ++index) {
            const bool is_in = is_in_shard(name, {.index = index, .total = total});
            in += is_in ? 1 : 0;
            sizes[index - 1] += is_in ? 1 : 0;
        }
        ASSERT_EQ(in, 1) << name;
    }
    for (const int size : sizes) {
        EXPECT_NEAR(size, 1000, 150);
    }
    EXPECT_TRUE(is_in_shard("", {.index = 1, .total = 1}));
}

TEST(Shards, StayWhatTheyAre)
{
    // FNV-1a of "" is cbf29ce484222325, folded: 4fd0bf73..., and of "a" af63dc4c8601ec8c. A machine of last year has to agree.
    const auto shard_of = [](std::string_view name, std::uint64_t total) {
        std::uint64_t index = 1;
        while (!is_in_shard(name, {.index = index, .total = total})) {
            ++index;
        }
        return index;
    };
    const std::uint64_t empty = 0xcbf29ce484222325ULL, a = 0xaf63dc4c8601ec8cULL;
    for (const std::uint64_t total : {2ULL, 5ULL, 1000ULL}) {
        EXPECT_EQ(shard_of("", total), (empty ^ (empty >> 32)) % total + 1);
        EXPECT_EQ(shard_of("a", total), (a ^ (a >> 32)) % total + 1);
    }
}

TEST(Select, KeepsTheOrderAndPullsIn)
{
    SelectOptions options{.filter = *Filter::parse("name(c)")};
    const auto all = [] { return std::vector{test("a"), test("b", {"a"}), test("c", {"b"}), test("d", {"c"})}; };
    const Selection with = selected(all(), options);
    EXPECT_EQ(names(with), (Words{"a", "b", "c"}));
    EXPECT_EQ(with.pulled_in, 2u);
    EXPECT_EQ(with.filtered_out, 3u);
    ASSERT_EQ(with.edges.size(), 3u);
    EXPECT_EQ(with.edges[2].needs, Places{1});
    EXPECT_EQ(with.edges[1].needs, Places{0});
    options.pull_dependencies = false;
    const Selection without = selected(all(), options);
    EXPECT_EQ(names(without), Words{"c"});
    EXPECT_EQ(without.edges.at(0).needs, Places{}) << "what is not there is not waited for";
}

TEST(Select, WhatWasNotLookedForComesOnlyWithOthers)
{
    EXPECT_EQ(names(selected({test("a", {"c"}), test("b"), test("c"), test("d")}, {.looked_for = 2})), (Words{"a", "b", "c"}));
    EXPECT_EQ(names(selected({test("a")}, {.looked_for = 9})), Words{"a"});
}

TEST(Select, AfterIsWaitedForButNotPulledIn)
{
    const Selection both = selected({test("a"), test("b", {}, {"a", "nowhere"})});
    EXPECT_EQ(both.edges.at(1).after, Places{0});
    EXPECT_EQ(names(selected({test("a"), test("b", {}, {"a"})}, {.filter = *Filter::parse("name(b)")})), Words{"b"});
    auto first = test("a");
    first.follow = {"b"};
    EXPECT_EQ(names(selected({first, test("b")}, {.filter = *Filter::parse("name(a)")})), (Words{"a", "b"}));
}

TEST(Select, ADependencyIsWhatLiesBesideElseAName)
{
    const Selection selection = selected({test("setup"), test("x/setup"), test("x/a", {"setup"}), test("x/b", {"../setup"}),
                                          test("y/c", {"x/a"}), test("z", {"/p/setup"})});
    EXPECT_EQ(selection.edges.at(2).needs, Places{1}) << "beside it";
    EXPECT_EQ(selection.edges.at(3).needs, Places{0});
    EXPECT_EQ(selection.edges.at(4).needs, Places{2}) << "a name";
    EXPECT_EQ(selection.edges.at(5).needs, Places{0}) << "a path";
    EXPECT_EQ(selected({test("a"), test("b", {"a", "./a"})}).edges.at(1).needs, Places{0}) << "once";
}

TEST(Select, ErrorsNameTheTests)
{
    const auto missing = select({test("a", {"nowhere"})}, {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().fault, Fault::usage);
    EXPECT_EQ(missing.error().message, "a: depends on 'nowhere', which is no test here");
    const auto cycle = select({test("x", {"b"}), test("b", {"c"}), test("c", {}, {"b"})}, {});
    ASSERT_FALSE(cycle);
    EXPECT_EQ(cycle.error().fault, Fault::usage);
    EXPECT_EQ(cycle.error().message, "tests depend on each other in a cycle: b → c → b");
    EXPECT_EQ(select({test("a", {"a"})}, {}).error().message, "tests depend on each other in a cycle: a → a");
}

TEST(Select, AChainIsNoStack)
{
    std::vector<TestFile> all;
    for (int i = 0; i < 50000; ++i) {
        all.push_back(test(std::to_string(i), i == 0 ? Words{} : Words{std::to_string(i - 1)}));
    }
    EXPECT_EQ(selected(std::move(all), {.filter = *Filter::parse("name(49999)")}).pulled_in, 49999u);
}

TEST(Select, MissingDependenciesAreToldAsPaths)
{
    const auto missing = missing_dependencies({test("a", {"../q/b", "c"}), test("c")});
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_EQ(missing[0].test, 0u);
    EXPECT_EQ(missing[0].dependency, "/q/b");
    EXPECT_TRUE(missing_dependencies({}).empty());
}

TEST(Select, SlowOnesAndOtherPartsAreCounted)
{
    auto slow = test("slow");
    slow.traits = std::make_shared<const Traits>(Traits{.slow = true});
    const Selection selection = selected({test("a"), slow}, {.filter = *make_filter({})});
    EXPECT_EQ(names(selection), Words{"a"});
    EXPECT_EQ(selection.slow_left_out, 1u);
    const Selection parts[] = {selected({test("a"), test("b"), test("c")}, {.shard = {1, 2}}),
                               selected({test("a"), test("b"), test("c")}, {.shard = {2, 2}})};
    EXPECT_EQ(parts[0].tests.size() + parts[1].tests.size(), 3u);
    EXPECT_EQ(parts[0].other_shards, parts[1].tests.size());
}

} // namespace
} // namespace hutch::discover

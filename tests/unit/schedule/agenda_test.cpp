// Agenda: each rule of docs/scheduling.md by itself, in examples small enough to be followed by hand.
#include "schedule/agenda.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>

#include <gtest/gtest.h>

namespace hutch::schedule {
namespace {

using namespace std::chrono_literals;
using Indices = std::vector<std::size_t>;

/// All that may start now.
Indices started(Agenda& agenda, Microseconds now = 0us)
{
    Indices result;
    while (const auto turn = agenda.take(now)) {
        result.push_back(turn->entry);
    }
    return result;
}

/// One after the other, each with success.
Indices run_alone(Agenda& agenda)
{
    Indices result;
    while (const auto turn = agenda.take(0us)) {
        result.push_back(turn->entry);
        agenda.ended(turn->entry, true, 0us);
    }
    return result;
}

TEST(Agenda, NothingIsFinishedAtOnce)
{
    Agenda agenda({}, {});
    EXPECT_TRUE(agenda.finished());
    EXPECT_EQ(agenda.take(0us), std::nullopt);
    EXPECT_EQ(agenda.wakes_at(), std::nullopt);
    EXPECT_TRUE(agenda.ahead(4).empty());
    EXPECT_EQ(agenda.cancel_rest(), 0u);
}

TEST(Agenda, DiscoveryOrderWhereNothingElseIsSaid)
{
    Agenda agenda(std::vector<Entry>(5), {.slots = 3});
    EXPECT_EQ(started(agenda), (Indices{0, 1, 2}));
    EXPECT_EQ(agenda.running(), 3u);
    agenda.ended(1, true, 0us);
    EXPECT_EQ(agenda.peek(0us), (Turn{.entry = 3}));
    EXPECT_EQ(started(agenda), (Indices{3}));
    EXPECT_FALSE(agenda.finished());
}

TEST(Agenda, LongestFirstButUnknownOnesBefore)
{
    Agenda agenda({Entry{.expected = 5us}, Entry{}, Entry{.expected = 9us}, Entry{}}, {});
    EXPECT_EQ(run_alone(agenda), (Indices{1, 3, 2, 0}));
}

TEST(Agenda, TheLongestChainCounts)
{
    // 1 is short, but 2 hangs on it.
    Agenda agenda({Entry{.expected = 8us}, Entry{.expected = 1us}, Entry{.needs = {1}, .expected = 9us}}, {});
    EXPECT_EQ(run_alone(agenda), (Indices{1, 2, 0}));
}

TEST(Agenda, AnAbsurdDurationDoesNotOverflow)
{
    Agenda agenda({Entry{.expected = Microseconds::min()}, Entry{.expected = Microseconds::max()},
                   Entry{.needs = {1}, .expected = Microseconds::max()}},
                  {});
    EXPECT_EQ(run_alone(agenda), (Indices{0, 1, 2})) << "a negative one is not known";
}

TEST(Agenda, PriorityIsInheritedByWhatIsWaitedFor)
{
    Agenda agenda({Entry{.priority = 1}, Entry{.priority = 4}, Entry{.after = {1}, .priority = 3},
                   Entry{.needs = {2}, .priority = 0}},
                  {});
    EXPECT_EQ(run_alone(agenda), (Indices{1, 2, 3, 0}));
}

TEST(Agenda, ExclusiveOnesComeLastUnlessSomebodyWaitsForThem)
{
    Agenda agenda({Entry{.load = {.exclusive = true}}, Entry{}, Entry{.load = {.exclusive = true}}, Entry{.needs = {2}},
                   Entry{.load = {.exclusive = true}, .priority = 1}},
                  {});
    EXPECT_EQ(run_alone(agenda), (Indices{4, 1, 2, 3, 0}));
}

TEST(Agenda, AFailureBlocksWhatNeedsItAndFreesWhatComesAfter)
{
    Agenda agenda({Entry{}, Entry{.needs = {0}}, Entry{.after = {1}}, Entry{.needs = {1, 0}, .after = {0, 1}}}, {});
    EXPECT_EQ(started(agenda), (Indices{0}));
    const auto told = agenda.ended(0, false, 0us);
    EXPECT_FALSE(told.again);
    EXPECT_EQ(told.blocked, (Indices{1, 3}));
    EXPECT_EQ(run_alone(agenda), (Indices{2}));
    EXPECT_TRUE(agenda.finished());
}

TEST(Agenda, ABlockedOneIsToldOnce)
{
    Agenda agenda({Entry{}, Entry{}, Entry{.needs = {0, 1, 0}}}, {.slots = 2});
    started(agenda);
    EXPECT_EQ(agenda.ended(0, false, 0us).blocked, (Indices{2}));
    EXPECT_TRUE(agenda.ended(1, false, 0us).blocked.empty());
    EXPECT_TRUE(agenda.finished());
}

TEST(Agenda, RetriesWaitAndDependentsWaitForTheLastOne)
{
    Agenda agenda({Entry{.retries = 2, .retry_delay = 10us}, Entry{.needs = {0}}}, {});
    started(agenda);
    const auto first = agenda.ended(0, false, 100us);
    EXPECT_TRUE(first.again);
    EXPECT_TRUE(first.blocked.empty());
    EXPECT_EQ(agenda.wakes_at(), 110us);
    EXPECT_EQ(agenda.take(109us), std::nullopt);
    EXPECT_FALSE(agenda.finished());
    EXPECT_EQ(agenda.take(110us), (Turn{.entry = 0, .attempt = 2}));
    EXPECT_EQ(agenda.wakes_at(), std::nullopt);
    EXPECT_TRUE(agenda.ended(0, false, 120us).again);
    EXPECT_EQ(agenda.take(130us), (Turn{.entry = 0, .attempt = 3}));
    EXPECT_EQ(Agenda(agenda).ended(0, false, 140us).blocked, (Indices{1}));
    EXPECT_FALSE(agenda.ended(0, true, 140us).again);
    EXPECT_EQ(agenda.take(140us), (Turn{.entry = 1}));
}

TEST(Agenda, AGroupLetsInSoManyAtATime)
{
    const Entry inside{.load = {.groups = {0, 0}}};
    Agenda agenda({inside, inside, inside, Entry{}}, {.slots = 4, .groups = {2}});
    EXPECT_EQ(started(agenda), (Indices{0, 1, 3}));
    agenda.ended(3, true, 0us);
    EXPECT_TRUE(started(agenda).empty());
    agenda.ended(0, false, 0us);
    EXPECT_EQ(started(agenda), (Indices{2}));
}

TEST(Agenda, AGroupOfNoneIsAGroupOfOne)
{
    const Entry inside{.load = {.groups = {0}}};
    Agenda agenda({inside, inside}, {.slots = 4, .groups = {0}});
    EXPECT_EQ(started(agenda), (Indices{0}));
}

TEST(Agenda, MemoryStartsOnlyWhatFits)
{
    const auto with = [](Bytes memory) { return Entry{.load = {.memory = memory}}; };
    Agenda agenda({with(60), with(50), with(40), with(0), with(1)}, {.slots = 8, .memory = 100});
    EXPECT_EQ(started(agenda), (Indices{0, 2, 3}));
    agenda.ended(0, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{1, 4}));
}

TEST(Agenda, WhatIsLargerThanTheBudgetRunsWhenNothingThatCountsRuns)
{
    const auto with = [](Bytes memory) { return Entry{.load = {.memory = memory}}; };
    for (const Bytes large : {Bytes{101}, ~Bytes{0}}) {
        Agenda agenda({with(large), with(large), with(1), with(0)}, {.slots = 8, .memory = 100});
        EXPECT_EQ(started(agenda), (Indices{0, 3}));
        agenda.ended(0, true, 0us);
        EXPECT_EQ(started(agenda), (Indices{1}));
        agenda.ended(1, true, 0us);
        EXPECT_EQ(started(agenda), (Indices{2}));
    }
    Agenda unlimited({with(101), with(~Bytes{0})}, {.slots = 8, .memory = 0});
    EXPECT_EQ(started(unlimited), (Indices{0, 1}));
}

TEST(Agenda, MoreSlotsThanThereAreIsAllOfThem)
{
    Agenda agenda({Entry{.load = {.slots = 9}}, Entry{.load = {.slots = 0}}}, {.slots = 2});
    EXPECT_EQ(agenda.take(0us), (Turn{.entry = 0, .attempt = 1, .slots = 2}));
    EXPECT_EQ(agenda.take(0us), std::nullopt);
    agenda.ended(0, true, 0us);
    EXPECT_EQ(agenda.take(0us), (Turn{.entry = 1, .attempt = 1, .slots = 1}));
}

TEST(Agenda, NothingRunsBesideAnExclusiveOne)
{
    Agenda agenda({Entry{}, Entry{.load = {.exclusive = true}, .priority = 0}, Entry{.priority = 0}}, {.slots = 4});
    EXPECT_EQ(started(agenda), (Indices{2, 0})) << "at the same priority it comes last";
    agenda.ended(0, true, 0us);
    EXPECT_TRUE(started(agenda).empty());
    EXPECT_TRUE(agenda.ahead(4).empty());
    agenda.ended(2, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{1}));
}

TEST(Agenda, AWideOneIsPassedTwiceForEachSlotThenWaitedFor)
{
    std::vector<Entry> entries(12);
    entries[1].load.slots = 2;
    entries[0].priority = 0;
    entries[1].priority = 1;
    Agenda agenda(entries, {.slots = 2});
    EXPECT_EQ(started(agenda), (Indices{0, 2})); // 0 runs on
    for (std::size_t entry = 2; entry < 5; ++entry) {
        agenda.ended(entry, true, 0us);
        EXPECT_EQ(started(agenda), (Indices{entry + 1}));
    }
    agenda.ended(5, true, 0us);
    EXPECT_TRUE(started(agenda).empty()) << "passed four times";
    EXPECT_TRUE(agenda.ahead(4).empty());
    agenda.ended(0, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{1}));
}

TEST(Agenda, WhoWaitsForAGroupDoesNotKeepTheOthersIdle)
{
    std::vector<Entry> entries(100);
    for (std::size_t entry = 0; entry < 5; ++entry) {
        entries[entry] = {.load = {.groups = {0}}, .priority = 0};
    }
    Agenda agenda(entries, {.slots = 2, .groups = {1}});
    EXPECT_EQ(started(agenda), (Indices{0, 5}));
    for (std::size_t entry = 5; entry < 99; ++entry) { // 0 runs on
        agenda.ended(entry, true, 0us);
        ASSERT_EQ(started(agenda), (Indices{entry + 1}));
    }
}

TEST(Agenda, WhatWasVacatedMakesRoomBeforeItsEndIsKnown)
{
    Agenda agenda({Entry{.load = {.exclusive = true, .memory = 9}, .priority = 0}, Entry{.load = {.memory = 9}},
                   Entry{.needs = {0}}},
                  {.slots = 2, .memory = 10});
    EXPECT_EQ(started(agenda), (Indices{0}));
    agenda.vacated(0);
    agenda.vacated(0);
    EXPECT_EQ(started(agenda), (Indices{1})) << "but not what needs it";
    EXPECT_EQ(agenda.running(), 2u);
    agenda.ended(0, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{2}));
}

TEST(Agenda, WhatIsForfeitedIsLostButForItsGroups)
{
    const Entry entry{.load = {.groups = {0}, .memory = 60}, .retries = 3};
    Agenda agenda({entry, entry, Entry{.load = {.memory = 30}}, Entry{.load = {.memory = 30}}},
                  {.slots = 3, .memory = 100, .groups = {1}});
    EXPECT_EQ(started(agenda), (Indices{0, 2}));
    agenda.forfeit(0);
    EXPECT_EQ(agenda.slots(), 2u);
    EXPECT_FALSE(agenda.ended(0, false, 0us).again);
    EXPECT_TRUE(started(agenda).empty()) << "10 of 100 are left";
    agenda.ended(2, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{1})) << "more than the budget that is left, so alone";
    agenda.ended(1, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{3}));
}

TEST(Agenda, WithoutSlotsNothingStartsUntilThereAreSome)
{
    Agenda agenda(std::vector<Entry>(3), {.slots = 1});
    EXPECT_EQ(started(agenda), (Indices{0}));
    agenda.forfeit(0);
    agenda.ended(0, false, 0us);
    EXPECT_TRUE(started(agenda).empty());
    EXPECT_FALSE(agenda.finished());
    agenda.set_slots(2);
    EXPECT_EQ(started(agenda), (Indices{1, 2}));
}

TEST(Agenda, FewerSlotsThanAreInUse)
{
    Agenda agenda(std::vector<Entry>(8), {.slots = 4});
    started(agenda);
    agenda.set_slots(2);
    agenda.ended(0, true, 0us);
    agenda.ended(1, true, 0us);
    EXPECT_TRUE(started(agenda).empty());
    agenda.ended(2, true, 0us);
    EXPECT_EQ(started(agenda), (Indices{4}));
}

TEST(Agenda, AheadIsWhatComesNextAndChangesNothing)
{
    Agenda agenda({Entry{}, Entry{.load = {.slots = 2}}, Entry{}, Entry{.load = {.memory = 9}}, Entry{.needs = {2}},
                   Entry{.load = {.groups = {0}}}, Entry{.load = {.groups = {0}}}, Entry{.load = {.groups = {1}}},
                   Entry{.load = {.memory = 2}, .priority = 0}},
                  {.slots = 1, .memory = 10, .groups = {1, 1}});
    EXPECT_EQ(agenda.take(0us)->entry, 8u);
    const std::vector<Turn> all = {{.entry = 0}, {.entry = 2}, {.entry = 7}}; // nobody else is in 7's group
    EXPECT_EQ(agenda.ahead(9), all);
    EXPECT_EQ(agenda.ahead(1), (std::vector<Turn>{{.entry = 0}}));
    EXPECT_TRUE(agenda.ahead(0).empty());
    agenda.ended(8, true, 0us);
    EXPECT_EQ(agenda.take(0us)->entry, 0u);
}

TEST(Agenda, CancelCountsWhatNeverHadAnAttempt)
{
    Agenda agenda({Entry{.retries = 1, .retry_delay = 5us}, Entry{.retries = 1}, Entry{}, Entry{.needs = {2}}, Entry{},
                   Entry{.needs = {4}}},
                  {.slots = 3});
    EXPECT_EQ(started(agenda), (Indices{0, 1, 2}));
    EXPECT_TRUE(agenda.ended(0, false, 0us).again);
    EXPECT_EQ(agenda.ended(2, false, 0us).blocked, (Indices{3}));
    EXPECT_EQ(agenda.cancel_rest(), 2u);
    EXPECT_EQ(agenda.wakes_at(), std::nullopt);
    EXPECT_FALSE(agenda.finished());
    const auto told = agenda.ended(1, false, 0us);
    EXPECT_FALSE(told.again);
    EXPECT_TRUE(told.blocked.empty());
    EXPECT_EQ(agenda.take(99us), std::nullopt);
    EXPECT_TRUE(agenda.finished());
    EXPECT_EQ(agenda.cancel_rest(), 0u);
}

TEST(FindCycle, NamesTheEntriesInOrder)
{
    const std::vector<std::pair<std::vector<Entry>, Indices>> cases = {
        {{}, {}},
        {{Entry{}, Entry{.needs = {0}}}, {}},
        {{Entry{.needs = {0}}}, {0}},
        {{Entry{}, Entry{.after = {1}}}, {1}},
        {{Entry{.needs = {1}}, Entry{.after = {0}}}, {0, 1}},
        // 0 only waits for the cycle 3 → 1 → 2 → 3, which 4 is no part of either.
        {{Entry{.needs = {3}}, Entry{.needs = {4, 2}}, Entry{.after = {3}}, Entry{.needs = {1}}, Entry{}}, {1, 2, 3}},
    };
    for (const auto& [entries, cycle] : cases) {
        EXPECT_EQ(find_cycle(entries), cycle);
    }
}

TEST(FindCycle, ALongOneDoesNotNeedADeepStack)
{
    std::vector<Entry> entries(200'000);
    for (std::size_t entry = 0; entry < entries.size(); ++entry) {
        entries[entry].needs = {(entry + 1) % entries.size()};
    }
    EXPECT_EQ(find_cycle(entries).size(), entries.size());
    entries.back().needs.clear();
    EXPECT_TRUE(find_cycle(entries).empty());
}

/// The CPU time of 100,000 entries from start to end on 8 workers. Generous: a sanitizer, a slow machine.
struct Crowd {
    const char* name;
    Entry (*entry)(std::size_t);
};

class AgendaSpeed : public testing::TestWithParam<Crowd> {};

TEST_P(AgendaSpeed, AHundredThousand)
{
    constexpr std::size_t count = 100'000;
    const std::clock_t begun = std::clock();
    std::vector<Entry> entries;
    for (std::size_t entry = 0; entry < count; ++entry) {
        entries.push_back(GetParam().entry(entry));
    }
    Agenda agenda(std::move(entries), {.slots = 8, .memory = 1 << 20, .groups = std::vector<unsigned>(10, 1)});
    std::vector<std::size_t> running;
    std::size_t done = 0;
    while (!agenda.finished()) {
        while (const auto turn = agenda.take(0us)) {
            running.push_back(turn->entry);
        }
        agenda.ahead(4);
        const std::size_t which = done++ % running.size();
        agenda.ended(running[which], true, 0us);
        running[which] = running.back();
        running.pop_back();
    }
    EXPECT_EQ(done, count);
    EXPECT_LT((std::clock() - begun) / CLOCKS_PER_SEC, 10);
}

INSTANTIATE_TEST_SUITE_P(
    Agenda, AgendaSpeed,
    testing::Values(Crowd{"plain", [](std::size_t) { return Entry{}; }},
                    Crowd{"one_group", [](std::size_t) { return Entry{.load = {.groups = {0}}}; }},
                    Crowd{"pairs_of_groups",
                          [](std::size_t i) {
                              return Entry{.load = {.groups = {i % 10, i / 10 % 10}}};
                          }},
                    Crowd{"memory",
                          [](std::size_t i) {
                              return Entry{.load = {.memory = i * 7919 % (1 << 19)},
                                           .expected = Microseconds(i * 31 % 10007)};
                          }},
                    Crowd{"chain", [](std::size_t i) { return i == 0 ? Entry{} : Entry{.needs = {i - 1}}; }}),
    [](const auto& crowd) { return std::string(crowd.param.name); });

} // namespace
} // namespace hutch::schedule

// The referee of the simulation sees what it is there for.
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "unit/schedule/agenda_referee.h"

namespace hutch::schedule {
namespace {

using namespace std::chrono_literals;

TEST(Referee, SeesATurnThatIsNotDue)
{
    Referee referee({Entry{}, Entry{.needs = {0}}}, {.slots = 2});
    EXPECT_EQ(referee.given({.entry = 1}, 0us), "1 was given, but may not start");
    EXPECT_EQ(referee.given({.entry = 0, .attempt = 2}, 0us), "0 was given as attempt 2 with 1 slots");
    EXPECT_EQ(referee.given({.entry = 0}, 0us), std::nullopt);
    EXPECT_EQ(referee.given({.entry = 0}, 0us), "0 was given, but may not start");
}

TEST(Referee, SeesThatThereIsNoRoom)
{
    const std::vector<std::pair<Load, Load>> pairs = {
        {{.slots = 2}, {.slots = 2}},       {{.exclusive = true}, {}},      {{}, {.exclusive = true}},
        {{.groups = {0}}, {.groups = {0}}}, {{.memory = 6}, {.memory = 5}}, {{.memory = 11}, {.memory = 1}}};
    for (const auto& [one, other] : pairs) {
        Referee referee({Entry{.load = one, .priority = 0}, Entry{.load = other}},
                        {.slots = 3, .memory = 10, .groups = {1}});
        ASSERT_EQ(referee.given({.entry = 0, .slots = one.slots}, 0us), std::nullopt);
        EXPECT_EQ(referee.given({.entry = 1, .slots = other.slots}, 0us), "1 was given, but there is no room for it");
        EXPECT_EQ(referee.nothing_given(0us), std::nullopt);
    }
}

TEST(Referee, SeesIdlenessAndDisorder)
{
    Referee referee({Entry{}, Entry{.priority = 1}, Entry{}}, {.slots = 2});
    EXPECT_EQ(referee.nothing_given(0us), "1 could start, and nothing runs");
    EXPECT_EQ(referee.given({.entry = 0}, 0us), "0 was given, but 1 comes before it");
    EXPECT_EQ(referee.given({.entry = 1}, 0us), std::nullopt);
    EXPECT_EQ(referee.nothing_given(0us), "0 could start");
}

TEST(Referee, SeesOneTooManyPass)
{
    std::vector<Entry> entries(20);
    entries[0] = {.load = {.slots = 2}, .priority = 0};
    entries[1].priority = 0;
    Referee referee(entries, {.slots = 2});
    ASSERT_TRUE(referee.given({.entry = 1}, 0us)) << "the wide one fits";
    entries[0].priority = 1;
    Referee other(entries, {.slots = 2});
    ASSERT_EQ(other.given({.entry = 1}, 0us), std::nullopt);
    for (std::size_t entry = 2; entry < 6; ++entry) {
        ASSERT_EQ(other.given({.entry = entry}, 0us), std::nullopt);
        ASSERT_EQ(other.ended(entry, true, {}, 0us), std::nullopt);
    }
    EXPECT_EQ(other.nothing_given(0us), std::nullopt);
    EXPECT_EQ(other.given({.entry = 6}, 0us), "6 passed 0, for which room is kept");
}

TEST(Referee, SeesWhatIsWronglyTold)
{
    Referee referee({Entry{.retries = 1}, Entry{.needs = {0}}, Entry{.after = {1}}}, {});
    ASSERT_EQ(referee.given({.entry = 0}, 0us), std::nullopt);
    EXPECT_EQ(Referee(referee).ended(0, false, {}, 0us), "0 is not tried again after attempt 1");
    ASSERT_EQ(referee.ended(0, false, {.again = true, .blocked = {}}, 0us), std::nullopt);
    ASSERT_EQ(referee.given({.entry = 0, .attempt = 2}, 0us), std::nullopt);
    EXPECT_EQ(Referee(referee).ended(0, false, {}, 0us), "not the right ones were blocked by 0");
    EXPECT_EQ(Referee(referee).ended(0, false, {.again = false, .blocked = {1, 2}}, 0us),
              "not the right ones were blocked by 0");
    EXPECT_EQ(Referee(referee).ended(0, false, {.again = false, .blocked = {1}}, 0us), std::nullopt);
    EXPECT_EQ(referee.cancelled(3), "2 never started, not 3");
}

} // namespace
} // namespace hutch::schedule

// Rounds of a run, and set-ups around them.
#include "run/work.h"

#include <gtest/gtest.h>

#include "run/setups.h"

namespace hutch::run {
namespace {

using Places = std::vector<std::size_t>;
using Words = std::vector<std::string>;

TestPtr spec(Role role, Places setups = {})
{
    auto made = std::make_shared<TestSpec>();
    made->role = role;
    made->setups = std::move(setups);
    return made;
}

/// A set-up, a test that needs it, one that needs that, and the tear-down after both.
Work work_of_four()
{
    Work work;
    work.tests = {spec(Role::setup), spec(Role::test, {0}), spec(Role::test), spec(Role::teardown)};
    work.entries.resize(4);
    work.entries[1].needs = {0};
    work.entries[2].needs = {1};
    work.entries[3].after = {1, 2};
    return work;
}

TEST(Work, OneRoundIsAsItStands)
{
    const Expanded once = expand(work_of_four(), 1);
    ASSERT_EQ(once.entries.size(), 4u);
    EXPECT_EQ(once.entries[3].after, (Places{1, 2}));
    EXPECT_EQ(once.occurrences[3].test, 3u);
    EXPECT_TRUE(expand(Work{}, 1).entries.empty());
    EXPECT_TRUE(expand(Work{}, 5).entries.empty());
}

TEST(Work, SetUpsAreOnceAndTestsWaitInTheirRound)
{
    const Expanded twice = expand(work_of_four(), 2);
    ASSERT_EQ(twice.entries.size(), 6u); // 0 set-up, 1, 2, 3 tear-down; second round: 4, 5
    EXPECT_EQ(twice.occurrences[4].test, 1u);
    EXPECT_EQ(twice.occurrences[4].round, 2);
    EXPECT_EQ(twice.entries[4].needs, Places{0});
    EXPECT_EQ(twice.entries[5].needs, Places{4});
    EXPECT_EQ(twice.entries[3].after, (Places{1, 4, 2, 5})) << "after all rounds";
}

TEST(Work, AnOrderMovesPlacesAndWhatIsWaitedFor)
{
    Work work = work_of_four();
    work.order = {3, 2, 1, 0};
    for (const std::size_t rounds : {std::size_t{0}, std::size_t{1}}) {
        const Expanded turned = expand(work, rounds);
        ASSERT_EQ(turned.entries.size(), 4u);
        EXPECT_EQ(turned.occurrences[0].test, 3u);
        EXPECT_EQ(turned.entries[0].after, (Places{2, 1}));
        EXPECT_EQ(turned.entries[1].needs, Places{2});
        EXPECT_EQ(turned.entries[2].needs, Places{3});
    }
}

TEST(Setups, Assignments)
{
    EXPECT_EQ(read_assignments("A=1\nnoise\n_b2=x=y\r\nEMPTY=\n"), (Words{"A=1", "_b2=x=y", "EMPTY="}));
    EXPECT_EQ(read_assignments("1A=1\nA B=1\n=1\nHUTCH=1\nHUTCH_TEST=x\nexport A=1\n A=1\n"), Words{});
    EXPECT_EQ(read_assignments("HUTCHES=1\nlast=2"), (Words{"HUTCHES=1", "last=2"}));
    EXPECT_EQ(read_assignments(std::string_view("A=x\0y\n", 6)), Words{});
    std::string many;
    for (int i = 0; i < 2000; ++i) {
        many += "A=1\n";
    }
    EXPECT_EQ(read_assignments(many).size(), 1000u);
}

TEST(Setups, StayUntilTheLastOfTheirTests)
{
    const std::vector<TestPtr> tests{spec(Role::setup), spec(Role::setup), spec(Role::test, {0, 1}), spec(Role::test, {1}), spec(Role::teardown, {0})};
    Setups setups(tests, 2);
    setups.has_written(0, "A=0\nB=0\n");
    setups.has_written(1, "A=1\n");
    setups.has_written(99, "A=1\n");
    EXPECT_EQ(setups.environment_for(*tests[2]), (Words{"A=0", "B=0", "A=1"})) << "the later counts";
    EXPECT_EQ(setups.ended(*tests[2]), Places{});
    EXPECT_EQ(setups.ended(*tests[3]), Places{});
    EXPECT_EQ(setups.ended(*tests[2]), Places{}) << "the tear-down needs it, too";
    EXPECT_EQ(setups.ended(*tests[3]), Places{1});
    EXPECT_EQ(setups.ended(*tests[4]), Places{0});
}

TEST(Setups, ARunWithoutAnyHasNothing)
{
    const std::vector<TestPtr> tests{spec(Role::test)};
    Setups setups(tests, 1);
    setups.has_written(0, "A=1\n");
    EXPECT_EQ(setups.environment_for(*tests[0]), Words{});
    EXPECT_EQ(setups.ended(*tests[0]), Places{});
}

} // namespace
} // namespace hutch::run

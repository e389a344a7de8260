// Who is worth a moment's wait before he is listed.

#include "run/leftovers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::run {
namespace {

kernel::ProcessStat forked_at(std::uint64_t ticks, bool executed = false)
{
    kernel::ProcessStat stat;
    stat.executed = executed;
    stat.start_time = ticks;
    return stat;
}

TEST(Leftovers, OnlyAYoungForkIsAboutToExecute)
{
    EXPECT_TRUE(is_about_to_execute(forked_at(1000), 1000));
    EXPECT_TRUE(is_about_to_execute(forked_at(1000), 1003));
    EXPECT_FALSE(is_about_to_execute(forked_at(1000), 1004)) << "it means to go on without";
    EXPECT_FALSE(is_about_to_execute(forked_at(1000, true), 1000));
}

/// In a process of its own, which ends by its destructor.
class Fork {
  public:
    Fork() : pid_(::fork())
    {
        if (pid_ == 0) {
            ::pause();
            ::_exit(0);
        }
    }
    Fork(const Fork&) = delete;
    ~Fork()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    int pid() const { return pid_; }

  private:
    pid_t pid_;
};

TEST(Leftovers, TheClockIsThatOfStartTimes)
{
    bool seen = false;
    for (int tries = 0; tries < 50 && !seen; ++tries) { // on a busy machine it is soon no longer young
        seen = are_about_to_execute({Fork().pid()});
    }
    EXPECT_TRUE(seen);
    const Fork fork;
    EXPECT_FALSE(are_about_to_execute(std::vector<int>(17, fork.pid()))) << "of many nobody waits for one";
    EXPECT_FALSE(are_about_to_execute({1}));
    EXPECT_FALSE(are_about_to_execute({}));
    ::usleep(60'000);
    EXPECT_FALSE(are_about_to_execute({fork.pid()}));
}

/// A scope that is another one at each look: members and their states as they would be found.
class Looks {
  public:
    struct Member {
        int pid;
        char state; ///< E: ending, 0: gone when it is looked at
    };
    explicit Looks(std::vector<std::vector<Member>> looks, bool for_ever = false)
        : looks_(std::move(looks)), for_ever_(for_ever)
    {}
    LeftoverSources sources()
    {
        return {.members = [this] { return members(); },
                .populated = [this] { return stays_populated || !now_.empty(); },
                .stat = [this](int pid) { return stat(pid); },
                .describe = [this](int pid) { return describe(pid); }};
    }
    int looks() const { return seen_; }
    bool describes = true;
    bool stays_populated = false;

  private:
    Result<std::vector<int>> members()
    {
        const auto at = static_cast<std::size_t>(seen_++);
        now_ = looks_[std::min(at, looks_.size() - 1)];
        std::vector<int> pids;
        for (Member& member : now_) {
            if (for_ever_ && at >= looks_.size()) {
                member.pid += seen_ * 10; // another generation
            }
            pids.push_back(member.pid);
        }
        return pids;
    }
    std::optional<kernel::ProcessStat> stat(int pid) const
    {
        const auto found = std::ranges::find(now_, pid, &Member::pid);
        if (found->state == '0') {
            return std::nullopt;
        }
        kernel::ProcessStat stat{.pid = pid, .comm = "hops", .state = 'R'};
        stat.exiting = found->state == 'E';
        return stat;
    }
    std::optional<Leak> describe(int pid) const
    {
        return describes ? std::optional(Leak{.pid = pid, .comm = "hops", .cmdline = "hops on"}) : std::nullopt;
    }

    std::vector<std::vector<Member>> looks_;
    std::vector<Member> now_;
    bool for_ever_ = false;
    int seen_ = 0;
};

TEST(Leftovers, WhoEndsByHimselfIsNotLeftBehind)
{
    Looks still_ending({{{5, 'E'}, {6, 'E'}}});
    EXPECT_EQ(list_leftovers(still_ending.sources())->count, 0U);
    EXPECT_LE(still_ending.looks(), 100) << "it is not waited for them";
    Looks soon_gone({{{5, 'E'}}, {}});
    EXPECT_EQ(list_leftovers(soon_gone.sources())->count, 0U);
    EXPECT_EQ(soon_gone.looks(), 2);
    Looks gone(std::vector<std::vector<Looks::Member>>{{}});
    EXPECT_EQ(list_leftovers(gone.sources())->count, 0U);
}

TEST(Leftovers, WhoLivesIsCountedAtTheFirstLook)
{
    Looks two({{{5, 'R'}, {6, 'E'}, {7, 'S'}}});
    const auto left = list_leftovers(two.sources()).value();
    EXPECT_EQ(left.count, 2U);
    ASSERT_EQ(left.described.size(), 2U);
    EXPECT_EQ(left.described[0].cmdline, "hops on");
    EXPECT_EQ(two.looks(), 1);
}

TEST(Leftovers, AChainOfForksIsFoundAlthoughEachOneEnds)
{
    Looks caught({{{5, 'E'}}, {{5, 'E'}, {6, '0'}}, {{7, '0'}}, {{8, 'R'}}});
    const auto left = list_leftovers(caught.sources()).value();
    EXPECT_EQ(left.count, 1U);
    EXPECT_EQ(left.described.at(0).pid, 8);
    Looks all_zombies({{{5, 'E'}}, {}, {}, {}, {{8, 'R'}}}); // which a manager leaves out
    all_zombies.stays_populated = true;
    EXPECT_EQ(list_leftovers(all_zombies.sources())->count, 1U)
        << "an empty listing of a populated scope proves nothing";
}

TEST(Leftovers, AChainOfForksThatIsNeverCaughtCountsAsOne)
{
    Looks never({{{5, 'E'}}}, true);
    const auto left = list_leftovers(never.sources()).value();
    EXPECT_EQ(left.count, 1U);
    ASSERT_EQ(left.described.size(), 1U);
    EXPECT_EQ(left.described[0].cmdline, "[hops]");
    EXPECT_LE(never.looks(), 100);
    Looks without_a_name({{{5, '0'}}}, true);
    EXPECT_EQ(list_leftovers(without_a_name.sources())->described.at(0).cmdline, "[?]");
}

TEST(Leftovers, WhoGoesWhileHeIsDescribedIsToldByHisName)
{
    Looks quick({{{5, 'R'}}});
    quick.describes = false;
    const auto left = list_leftovers(quick.sources()).value();
    EXPECT_EQ(left.count, 1U);
    EXPECT_EQ(left.described.at(0), (Leak{.pid = 5, .comm = "hops", .cmdline = "[hops]"}));
}

} // namespace
} // namespace hutch::run

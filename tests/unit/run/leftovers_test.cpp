// Who is worth a moment's wait before he is listed.

#include "run/leftovers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

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

} // namespace
} // namespace hutch::run

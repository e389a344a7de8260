// The stand-in: what a kill -9 of the runner, in the middle of its manager's work, must not end.
#include "scope/stand_in.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "core/scope_support.h"
#include "core/test_cgroup.h"
#include "kernel/process.h"

namespace hutch::scope {
namespace {

class StandInTest : public test::CgroupTest {
  protected:
    void SetUp() override
    {
        CgroupTest::SetUp();
        ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1L), 0); // the stand-in of a dead runner becomes our child
    }
    void TearDown() override
    {
        prctl(PR_SET_CHILD_SUBREAPER, 0L);
        CgroupTest::TearDown();
    }

    /// Starts a stand-in from a process of its own, which is killed and reaped at once.
    int stand_in_of_a_killed_runner(const std::string& unit, bool asks = true)
    {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::pipe(ends.data()), 0);
        const pid_t runner = ::fork();
        if (runner == 0) {
            auto first = StandIn::start(unit, null_);
            if (first && asks) {
                (void)first->about_to_ask();
            }
            const int pid = first ? first->pid() : 0;
            (void)!::write(ends[1], &pid, sizeof(pid));
            for (;;) {
                ::pause();
            }
        }
        ::close(ends[1]);
        int pid = 0;
        EXPECT_EQ(::read(ends[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
        ::kill(runner, SIGKILL);
        EXPECT_EQ(::waitpid(runner, nullptr, 0), runner);
        char byte = 0;
        EXPECT_EQ(::read(ends[0], &byte, 1), 0) << "it must not hold what the runner had open";
        ::close(ends[0]);
        return pid;
    }
    base::UniqueFd null_{::open("/dev/null", O_RDWR | O_CLOEXEC)}; ///< in place of a bus
    static bool lives(int pid)
    {
        const auto stat = kernel::process_stat(pid);
        return stat && !stat->is_zombie();
    }
};

TEST_F(StandInTest, OutlivesTheRunnerUntilItIsInTheUnit)
{
    const int pid = stand_in_of_a_killed_runner("hutch-x.scope");
    ASSERT_GT(pid, 0);
    for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGPIPE}) {
        ::kill(pid, signal);
    }
    ::usleep(100'000);
    EXPECT_TRUE(lives(pid));
    const auto scope = home().make_child("hutch-x.scope").value();
    ASSERT_TRUE(scope.write("cgroup.procs", std::to_string(pid)));
    EXPECT_TRUE(test::eventually([&] { return !lives(pid); })) << "it has done what it was there for";
    EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
    EXPECT_FALSE(scope.populated().value());
}

TEST_F(StandInTest, GoesAtOnceWhereTheManagerWasNotAsked)
{
    const auto begin = base::monotonic_now();
    const int pid = stand_in_of_a_killed_runner("hutch-x.scope", false);
    EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
    EXPECT_LT(base::monotonic_now() - begin, std::chrono::seconds(3));
}

TEST_F(StandInTest, WaitsNotForEver)
{
    const int pid = stand_in_of_a_killed_runner("hutch-x.scope");
    const auto elsewhere = home().make_child("not-hutch-x.scope").value();
    ASSERT_TRUE(elsewhere.write("cgroup.procs", std::to_string(pid)));
    EXPECT_TRUE(test::eventually([&] { return !lives(pid); }) || test::eventually([&] { return !lives(pid); }));
    EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST_F(StandInTest, DismissedItIsGoneAtOnce)
{
    auto first = StandIn::start("hutch-x.scope", null_).value();
    const int pid = first.pid();
    EXPECT_TRUE(lives(pid));
    EXPECT_TRUE(first.dismiss());
    EXPECT_FALSE(kernel::process_stat(pid)) << "it is reaped, too";
    EXPECT_TRUE(first.dismiss());
    int forgotten = 0;
    {
        const auto second = StandIn::start("hutch-x.scope", null_).value();
        forgotten = second.pid();
    }
    EXPECT_FALSE(kernel::process_stat(forgotten));
}

} // namespace
} // namespace hutch::scope

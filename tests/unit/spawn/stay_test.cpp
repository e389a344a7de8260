// hutch-init as the parent that stays: a subreaper, or PID 1 of a namespace.
#include <unistd.h>

#include <csignal>

#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

using Kind = Message::Kind;

/// Prints its own pid once it is alone in the world: a daemon.
constexpr const char* daemon_script = "setsid sh -c 'sleep 60 & echo $!' & wait; sleep 0.1";

class StayingInit : public SpawnFixture {
  protected:
    static Request staying(std::string script, bool pid_namespace = false)
    {
        Request request = shell(std::move(script));
        request.stay = true;
        request.pid_namespace = pid_namespace;
        request.user_namespace = pid_namespace && ::geteuid() != 0;
        return request;
    }

    static bool only_child_is(int parent, int child) { return kernel::children_of(parent) == std::vector<int>{child}; }
};

TEST_F(StayingInit, ReportsTheEndAndThenWaits)
{
    Running child = start(staying("echo hello; exit 7"));
    child.executes();
    const Message exited = child.expect(Kind::exited);
    EXPECT_EQ(exited.status, exited_with(7));
    EXPECT_TRUE(exited.cpu_usec);
    EXPECT_EQ(reap(child.held).value(), std::nullopt);
    EXPECT_EQ(child.out.drain().value(), OutputPipe::Drained::closed) << "a staying init must not hold the output";
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_EQ(child.output(), "hello\n");
    EXPECT_TRUE(finish(child.held)) << "idempotent";
}

TEST_F(StayingInit, ReportsTheSignalThatEndedTheTest)
{
    Running child = start(staying("kill -ABRT $$"));
    child.executes();
    EXPECT_EQ(child.expect(Kind::exited).status.signal, SIGABRT);
}

TEST_F(StayingInit, ThatMayLeaveDoesSoWithTheTestsCode)
{
    Request request = staying("exit 7");
    request.may_leave = true;
    Running child = start(request);
    EXPECT_EQ(child.wait(), exited_with(7));
    const auto message = receive(child.held);
    EXPECT_FALSE(message) << "it has gone, and has said nothing";
}

TEST_F(StayingInit, ThatMayLeaveTellsTheSignalThatEndedTheTest)
{
    Request request = staying("kill -ABRT $$");
    request.may_leave = true;
    Running child = start(request);
    const Message exited = child.expect(Kind::exited);
    EXPECT_EQ(exited.status.signal, SIGABRT);
    EXPECT_TRUE(exited.leaves);
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(StayingInit, ThatMayLeaveStaysWithWhatIsLeft)
{
    Request request = staying("sleep 60 & exit 3");
    request.may_leave = true;
    Running child = start(request);
    const Message exited = child.expect(Kind::exited);
    EXPECT_EQ(exited.status, exited_with(3));
    EXPECT_FALSE(exited.leaves);
    EXPECT_EQ(kernel::descendants_of(child.held.pid).size(), 1U);
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(StayingInit, CountsTheTimeOfGrandchildren)
{
    Running child = start(staying("(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done)"));
    child.executes();
    EXPECT_GT(child.expect(Kind::exited).cpu_usec.value_or(0), 10'000U);
}

TEST_F(StayingInit, ReportsAFailedStepAndGoes)
{
    Request request = staying("true");
    request.program = "/no/such/program";
    Running child = start(request);
    const Message message = child.expect(Kind::failed);
    EXPECT_EQ(message.text, "exec /no/such/program: No such file or directory");
    EXPECT_TRUE(message.at_exec);
    EXPECT_EQ(child.wait(), exited_with(127));
}

TEST_F(StayingInit, AppliesOrdersToTheTestAndNotToItself)
{
    Running child = start(staying("ulimit -n; pwd; cat /proc/self/oom_score_adj"),
                          {.work_dir = "/usr", .oom_score_adj = 300, .open_files = 50});
    child.executes();
    child.expect(Kind::exited);
    EXPECT_EQ(child.output(), "50\n/usr\n300\n");
    EXPECT_EQ(base::read_file("/proc/" + std::to_string(child.held.pid) + "/oom_score_adj").value(),
              base::read_file("/proc/self/oom_score_adj").value());
}

TEST_F(StayingInit, LeavesTheTestNoDescriptor)
{
    Request request = staying("");
    request.program = "/bin/ls";
    request.argv = {"ls", "/proc/self/fd"};
    Running child = start(request);
    child.executes();
    child.expect(Kind::exited);
    EXPECT_EQ(child.output(), "0\n1\n2\n3\n");
}

TEST_F(StayingInit, AdoptsADaemonAndFinishKillsIt)
{
    Running child = start(staying(daemon_script));
    child.executes();
    const int daemon = child.number();
    child.expect(Kind::exited);
    EXPECT_TRUE(eventually([&] { return only_child_is(child.held.pid, daemon); }));
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_TRUE(is_gone(daemon));
}

TEST_F(StayingInit, KillsAllWhenTheRunnerIsGone)
{
    Running child = start(staying("setsid sleep 60 & setsid sh -c 'kill -STOP $$' & echo $!; trap '' TERM; sleep 60"));
    child.executes();
    const int stopped = child.number();
    child.held.control.reset();
    EXPECT_EQ(child.wait(), exited_with(125));
    EXPECT_TRUE(is_gone(stopped));
    EXPECT_TRUE(eventually([&] { return child.out.drain().value() == OutputPipe::Drained::closed; }));
}

TEST_F(StayingInit, KillsGenerationsThatForkAndExit)
{
    // A leapfrogger: at each moment one process, never the same. And a family three deep.
    Running child =
        start(staying("f() { f & }; f; sh -c 'sh -c \"sleep 60 & sleep 60\" & sleep 60' & echo go; sleep 60"));
    child.executes();
    ASSERT_TRUE(eventually([&] { return child.output().starts_with("go"); }));
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_TRUE(eventually([&] { return child.out.drain().value() == OutputPipe::Drained::closed; }))
        << "somebody who holds the pipe is left";
}

TEST_F(StayingInit, OutrunsThoseThatForkForEveryDeath)
{
    // Killed one by one they are never fewer: each death makes room for the next birth.
    Running child = start(staying("f() { while :; do sleep 60 & wait $!; done; }\n"
                                  "for i in 1 2 3 4 5 6 7 8; do (f & f & f) & done; echo go; f"));
    child.executes();
    ASSERT_TRUE(eventually([&] { return kernel::descendants_of(child.held.pid).size() > 40; }));
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_TRUE(eventually([&] { return child.out.drain().value() == OutputPipe::Drained::closed; }));
}

TEST_F(StayingInit, PassesSignalsToTheTestsGroup)
{
    Running child = start(staying("sleep 60 & echo $!; wait"));
    child.executes();
    const int grandchild = child.number();
    ASSERT_TRUE(signal_group(child.held, true, SIGTERM));
    EXPECT_EQ(child.expect(Kind::exited).status.signal, SIGTERM);
    EXPECT_TRUE(eventually([&] { return is_gone(grandchild); }));
    ASSERT_TRUE(signal_group(child.held, true, SIGTERM)) << "after its end: nobody is signalled";
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(StayingInit, LeavesAForegroundTestInOurGroupAndIsNotItselfInIt)
{
    Request request = staying("echo $$; sleep 60");
    request.new_session = false;
    Running child = start(request);
    child.executes();
    const int test = child.number();
    EXPECT_EQ(kernel::process_stat(test)->pgrp, ::getpgrp());
    EXPECT_TRUE(eventually([&] { return kernel::process_stat(child.held.pid)->session == child.held.pid; }));
    ASSERT_TRUE(signal_group(child.held, true, SIGTERM));
    EXPECT_EQ(child.expect(Kind::exited).status.signal, SIGTERM);
}

TEST_F(StayingInit, SurvivesEverySignalButKill)
{
    Running child = start(staying("sleep 60"));
    child.executes();
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGPIPE, SIGALRM, SIGTSTP, SIGCHLD}) {
        ASSERT_TRUE(kernel::send_signal(child.held.pidfd, signal));
    }
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(StayingInit, KilledByTheTestIsAnErrorAndTheTestDiesWithIt)
{
    Running child = start(staying("echo $$; sleep 0.1; kill -9 $PPID; sleep 60"));
    child.executes();
    const int test = child.number();
    EXPECT_FALSE(child.next());
    EXPECT_EQ(child.wait().signal, SIGKILL);
    EXPECT_TRUE(eventually([&] { return is_gone(test); }));
}

TEST_F(StayingInit, CannotBeReadByOthers)
{
    Running child = start(staying("sleep 60"));
    child.executes();
    struct stat status {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(child.held.pid) + "/environ").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0U) << "not dumpable: its /proc files belong to root";
}

class InitOfANamespace : public StayingInit {
  protected:
    void SetUp() override
    {
        StayingInit::SetUp();
        const auto possible = try_hold(staying("true", true));
        if (!possible) {
            GTEST_SKIP() << "no PID namespace here: " << possible.error().message;
        }
    }
};

TEST_F(InitOfANamespace, IsPidOneAndReportsTheSame)
{
    Running child = start(staying("echo $$ $PPID; exit 5", true));
    child.executes();
    EXPECT_EQ(child.expect(Kind::exited).status, exited_with(5));
    EXPECT_EQ(child.output(), "2 1\n");
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(InitOfANamespace, FinishKillsTheNamespace)
{
    Running child = start(staying("setsid sleep 60 & setsid sh -c 'sleep 60 & sleep 60' & echo go; exit 0", true));
    child.executes();
    child.expect(Kind::exited);
    EXPECT_TRUE(eventually([&] { return kernel::descendants_of(child.held.pid).size() >= 3; }));
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_TRUE(eventually([&] { return child.out.drain().value() == OutputPipe::Drained::closed; }));
}

TEST_F(InitOfANamespace, IsNotHurtByATestThatKillsEverybody)
{
    Running child = start(staying("kill -9 -1; kill -9 1; exit 4", true));
    child.executes();
    const Message exited = child.expect(Kind::exited);
    EXPECT_EQ(exited.status, exited_with(4)) << "kill -1 spares its sender, and PID 1 has no handler";
}

TEST_F(InitOfANamespace, WithAUserNamespaceTheTestSeesItsOwnUser)
{
    Request request = staying("id -u; grep -c . /proc/self/uid_map; grep CapEff /proc/self/status", true);
    request.user_namespace = true;
    auto running = try_hold(request);
    if (!running) {
        GTEST_SKIP() << "no user namespace here: " << running.error().message;
    }
    ASSERT_TRUE(release(running->held, {}));
    running->executes();
    EXPECT_EQ(running->expect(Kind::exited).status, exited_with(0)) << running->output();
    EXPECT_TRUE(running->output().starts_with(std::to_string(::geteuid()) + "\n1\n")) << running->output();
}

} // namespace
} // namespace hutch::spawn

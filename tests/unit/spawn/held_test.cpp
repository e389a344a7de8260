// The held child: what it is before its orders, and what the test finds after them.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>

#include "base/temp_dir.h"
#include "kernel/init_wire.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

using Kind = Message::Kind;

class HeldChild : public SpawnFixture {};

TEST_F(HeldChild, ExecutesAfterReleaseAndExitsWithItsOwnCode)
{
    Running child = start(shell("echo hello; exit 7"));
    child.expect(Kind::executed);
    EXPECT_EQ(child.wait(), exited_with(7));
    EXPECT_EQ(child.output(), "hello\n");
}

TEST_F(HeldChild, DiesBySignal)
{
    Running child = start(shell("kill -SEGV $$"));
    child.expect(Kind::executed);
    EXPECT_EQ(child.wait().signal, SIGSEGV);
}

TEST_F(HeldChild, SaysNothingAndDoesNothingWhileItIsHeld)
{
    Running child = hold(shell("echo executed"));
    const auto message = receive(child.held);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, Kind::none);
    EXPECT_TRUE(eventually([&] { return kernel::process_name(child.held.pid) == "hutch-init"; }));
    EXPECT_EQ(reap(child.held).value(), std::nullopt);
    EXPECT_EQ(child.output(), "");
}

TEST_F(HeldChild, ExitsUnexecutedWhenTheRunnerIsGone)
{
    Running child = hold(shell("echo executed"));
    child.held.control.reset();
    EXPECT_EQ(child.wait(), exited_with(kernel::wire::exit_runner_gone));
    EXPECT_EQ(child.output(), "");
}

TEST_F(HeldChild, IsNotStoppedByTheTerminalsSignals)
{
    Running child = hold(shell("exit 3"));
    for (const int signal : {SIGINT, SIGHUP, SIGTERM, SIGTSTP, SIGPIPE}) {
        ASSERT_TRUE(kernel::send_signal(child.held.pidfd, signal));
    }
    ::usleep(20'000);
    EXPECT_EQ(reap(child.held).value(), std::nullopt);
    ASSERT_TRUE(release(child.held, {}));
    EXPECT_TRUE(child.wait().signal) << "what came while it was held ends it at release";
}

TEST_F(HeldChild, RefusesNonsense)
{
    Running child = hold(shell("echo executed"));
    ASSERT_EQ(::send(child.held.control.get(), "nonsense", 8, 0), 8);
    const Message message = child.expect(Kind::failed);
    EXPECT_EQ(message.text, "hutch-init does not understand its orders: Protocol error");
    EXPECT_FALSE(message.at_exec);
    EXPECT_EQ(child.wait(), exited_with(127));
    EXPECT_EQ(child.output(), "");
}

TEST_F(HeldChild, RefusesOrdersThatAreCutOff)
{
    Running child = hold(shell("echo executed"));
    kernel::wire::Orders orders{};
    orders.header = {kernel::wire::magic, kernel::wire::Kind::orders};
    orders.text_bytes = 100;
    ASSERT_GT(::send(child.held.control.get(), &orders, offsetof(kernel::wire::Orders, text) + 50, 0), 0);
    child.expect(Kind::failed);
    EXPECT_EQ(child.output(), "");
}

TEST_F(HeldChild, ReleaseOfADeadChildIsAnError)
{
    Running child = hold(shell("echo executed"));
    ASSERT_TRUE(kernel::send_signal(child.held.pidfd, SIGKILL));
    ASSERT_EQ(child.wait().signal, SIGKILL);
    const auto released = release(child.held, {});
    ASSERT_FALSE(released);
    EXPECT_EQ(released.error().code, EPIPE);
}

TEST_F(HeldChild, DeathWithUnreadOrdersIsNotTakenForAnExecution)
{
    Running child = hold(shell("echo executed"));
    ASSERT_TRUE(kernel::send_signal(child.held.pidfd, SIGSTOP));
    ASSERT_TRUE(eventually([&] { return kernel::process_stat(child.held.pid)->state == 'T'; }));
    ASSERT_TRUE(release(child.held, {}));
    ASSERT_TRUE(kernel::send_signal(child.held.pidfd, SIGKILL));
    ASSERT_EQ(child.wait().signal, SIGKILL);
    const auto message = child.next();
    ASSERT_FALSE(message) << static_cast<int>(message->kind);
    EXPECT_EQ(message.error().code, ECONNRESET);
}

TEST_F(HeldChild, HasNoDescriptorButItsStreams)
{
    // Neither of ours nor of our parent's: what lacks close-on-exec would be inherited.
    const int inherited = ::dup(null().get());
    ASSERT_EQ(::dup2(inherited, 77), 77);
    Request request;
    request.program = "/bin/ls";
    request.argv = {"ls", "/proc/self/fd"};
    Running child = start(request);
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_EQ(child.output(), "0\n1\n2\n3\n") << "3 is ls's own, of the directory";
    ::close(inherited);
    ::close(77);
}

TEST_F(HeldChild, TakesStreamsThatStandInEachOthersWay)
{
    // Our descriptors 0, 1 and 2 in another order, as `hutch exec` has them when it passes its own on.
    Request request = shell("echo out; echo err >&2; cat");
    auto out = OutputPipe::open(1024).value();
    auto err = OutputPipe::open(1024).value();
    auto in = OutputPipe::open(1024).value();
    ASSERT_EQ(::write(in.write_end().get(), "in\n", 3), 3);
    in.close_write_end();
    const base::UniqueFd saved[] = {base::UniqueFd(::dup(0)), base::UniqueFd(::dup(1)), base::UniqueFd(::dup(2))};
    ::dup2(err.write_end().get(), 0);
    ::dup2(in.read_end().get(), 1);
    ::dup2(out.write_end().get(), 2);
    request.streams = {base::BorrowedFd(1), base::BorrowedFd(2), base::BorrowedFd(0)};
    auto held = spawn_held(init(), request);
    for (int fd = 0; fd < 3; ++fd) {
        ::dup2(saved[fd].get(), fd);
    }
    ASSERT_TRUE(held) << held.error().message;
    Running child(std::move(*held), std::move(out));
    ASSERT_TRUE(release(child.held, {}));
    (void)child.wait();
    (void)err.drain();
    EXPECT_EQ(child.output(), "out\nin\n");
    EXPECT_EQ(err.kept().head(), "err\n");
}

TEST_F(HeldChild, HasDefaultDispositionsAndAnEmptyMask)
{
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    ::signal(SIGUSR1, [](int) {});
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    Request request;
    request.program = "/bin/cat"; // has no handlers of its own
    request.argv = {"cat", "/proc/self/status"};
    Running child = start(request);
    EXPECT_EQ(child.wait(), exited_with(0));
    for (const char* line :
         {"\nSigBlk:\t0000000000000000\n", "\nSigIgn:\t0000000000000000\n", "\nSigCgt:\t0000000000000000\n"}) {
        EXPECT_NE(child.output().find(line), std::string::npos) << line << child.output();
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
    ::signal(SIGUSR1, SIG_DFL);
}

TEST_F(HeldChild, HasTheEnvironmentAndArgumentsAsGiven)
{
    Request request;
    request.program = "/bin/sh";
    request.argv = {"odd name", "-c", "tr '\\0' ';' </proc/$$/cmdline; echo; env | grep -v PWD", "x", "", "a b\nc"};
    request.env = {"T_EMPTY=", "T_B=1 2"};
    Running child = start(request);
    (void)child.wait();
    EXPECT_EQ(child.output(), "odd name;-c;" + request.argv[2] + ";x;;a b\nc;\nT_EMPTY=\nT_B=1 2\n");
}

TEST_F(HeldChild, WithoutArgumentsIsCalledByItsPath)
{
    Request request;
    request.program = "/bin/pwd";
    Running child = start(request);
    EXPECT_EQ(child.wait(), exited_with(0)) << child.output();
}

TEST_F(HeldChild, LeadsASessionOfItsOwn)
{
    Running child = hold(shell("sleep 60"));
    EXPECT_EQ(kernel::process_stat(child.held.pid)->session, child.held.pid);
    ASSERT_TRUE(release(child.held, {}));
    child.expect(Kind::executed);
    EXPECT_EQ(kernel::process_stat(child.held.pid)->pgrp, child.held.pid);
}

TEST_F(HeldChild, StaysInTheGroupOfTheRunnerOnRequest)
{
    Request request = shell("sleep 60");
    request.new_session = false;
    Running child = start(request);
    child.expect(Kind::executed);
    EXPECT_EQ(kernel::process_stat(child.held.pid)->pgrp, ::getpgrp());
    ASSERT_TRUE(signal_group(child.held, false, SIGTERM)) << "and does not reach us";
    EXPECT_EQ(child.wait().signal, SIGTERM);
}

TEST_F(HeldChild, TooManyArgumentsAreAnErrorOfTheSpawn)
{
    Request request = shell("true");
    request.argv.emplace_back(std::size_t{256} << 10, 'x'); // MAX_ARG_STRLEN is 128 KB
    const auto running = try_hold(request);
    ASSERT_FALSE(running);
    EXPECT_EQ(running.error().message, "exec hutch-init: Argument list too long");
    EXPECT_EQ(running.error().code, E2BIG);
}

TEST_F(HeldChild, SignalsReachTheWholeGroupAndNobodyOnceItIsReaped)
{
    Running child = start(shell("sleep 60 & echo $!; wait"));
    const int grandchild = child.number();
    ASSERT_TRUE(signal_group(child.held, false, SIGKILL));
    EXPECT_EQ(child.wait().signal, SIGKILL);
    EXPECT_TRUE(eventually([&] { return is_gone(grandchild); }));
    const auto late = signal_group(child.held, false, SIGKILL);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ESRCH);
}

} // namespace
} // namespace hutch::spawn

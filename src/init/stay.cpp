// See stay.h. One thread, one ppoll(2) over three descriptors: the control socket, a signalfd for SIGCHLD (all signals
// are blocked for good), and a close-on-exec socket whose end-of-file says that the test was executed (a socket, so that a
// seccomp filter has to leave the test's process no more than sendmsg). The order of
// reports is fixed: Executed or Failed, then Exited. Never outlives the runner by more than the time that killing
// takes.
#include "init/stay.h"

#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include "init/kill_below.h"
#include "init/process.h"
#include "init/syscalls.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

constexpr int first_process = 1;
constexpr int sigkill = 9;
constexpr int sigchld = 17;
constexpr int closed = -1;
/// To kill and to be heard among many, also those who changed their user. We execute nothing, so that no other set matters.
constexpr std::uint64_t capabilities_of_a_parent = std::uint64_t{1} << CAP_KILL | std::uint64_t{1} << CAP_SYS_NICE;

struct Stay {
    int test;            ///< pid; 0 once it was reaped
    bool own_session;    ///< `test` leads a process group
    int child_signals;   ///< signalfd
    int exec_pipe;       ///< read end, `closed` once it has spoken
    bool failed = false; ///< a step failed: nothing was executed
    bool ended = false;  ///< the test's first process was reaped
    bool told_end = false;
    int wait_status = 0;
};

[[noreturn]] void give_up(int code)
{
    report({.step = wire::Step::stay, .code = code});
    exit_process(wire::exit_not_executed);
}

[[noreturn]] void become_test(const wire::Orders& orders, const Program& program, World& world, int exec_pipe)
{
    prctl(PR_SET_PDEATHSIG, sigkill); // a bonus: whoever kills us does not free the test
    set_traceable(true);              // /proc/self must be ours again; exec would do it too late
    Failure failure = {.step = wire::Step::session, .code = 0};
    if ((orders.flags & wire::order_flag::new_session) != 0) {
        const long result = setsid();
        failure.code = result < 0 ? static_cast<int>(-result) : 0;
    }
    if (failure.code == 0) {
        failure = carry_out(orders, program, world);
    }
    report(failure);
    send(exec_pipe, "", 1);
    exit_process(wire::exit_not_executed);
}

/// Prepares to be a parent of orphans and forks the test.
Stay start_test(const wire::Orders& orders, const Program& program, World& world)
{
    block_signals();
    set_traceable(false); // before there is a test that could trace us
    if (getpid() != first_process) {
        if (const long result = prctl(PR_SET_CHILD_SUBREAPER, 1); result < 0) {
            give_up(static_cast<int>(-result));
        }
    }
    int ends[2];
    if (const long result = socketpair(ends); result < 0) {
        give_up(static_cast<int>(-result));
    }
    const int signals = signalfd(std::uint64_t{1} << (sigchld - 1), O_CLOEXEC | O_NONBLOCK);
    if (signals < 0) {
        give_up(-signals);
    }
    const int test = fork();
    if (test < 0) {
        give_up(-test);
    }
    if (test == 0) {
        become_test(orders, program, world, ends[1]);
    }
    keep_capabilities(capabilities_of_a_parent);
    close(ends[1]);
    return {.test = test,
            .own_session = (orders.flags & wire::order_flag::new_session) != 0,
            .child_signals = signals,
            .exec_pipe = ends[0]};
}

/// The test's streams are not ours: who waits for their end must not wait for us. A terminal's signals do not concern
/// us.
void stand_aside(const Stay& state)
{
    close(0);
    close(1);
    close(2);
    if (!state.own_session) {
        setsid();
    }
}

template <class Message> void tell(const Message& message)
{
    send(wire::control_fd, &message, sizeof(message));
}

void hear_exec(Stay& state)
{
    char byte;
    const long got = read(state.exec_pipe, &byte, 1);
    if (got == -EINTR) {
        return;
    }
    state.failed = got == 1; // become_test() has told the runner why
    close(state.exec_pipe);
    state.exec_pipe = closed;
    if (!state.failed) {
        tell(wire::Plain{{wire::magic, wire::Kind::executed}});
    }
}

std::uint64_t reaped_cpu_usec()
{
    rusage usage = {};
    children_usage(usage);
    return static_cast<std::uint64_t>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void reap_all(Stay& state)
{
    drain_signals(state.child_signals);
    for (;;) {
        int status = 0;
        const int pid = wait_any(&status, WNOHANG | __WALL);
        if (pid <= 0) {
            return;
        }
        if (pid == state.test) {
            state.test = 0; // the number may be somebody else's from now on
            state.ended = true;
            state.wait_status = status;
        }
    }
}

/// Only after hear_exec(): the pipe is closed when the first process is gone, so it has spoken by then.
void tell_end(Stay& state)
{
    if (!state.ended || state.told_end || state.exec_pipe != closed) {
        return;
    }
    state.told_end = true;
    if (state.failed) {
        exit_process(wire::exit_not_executed);
    }
    tell(wire::Exited{.header = {wire::magic, wire::Kind::exited},
                      .wait_status = state.wait_status,
                      .unused = 0,
                      .cpu_usec = reaped_cpu_usec()});
}

void obey(const Stay& state)
{
    wire::Signal message;
    const long got = receive(wire::control_fd, &message, sizeof(message));
    if (got == -EINTR || got == -EAGAIN) {
        return;
    }
    if (got <= 0) { // the runner is gone
        kill_below(state.child_signals);
        exit_process(wire::exit_runner_gone);
    }
    if (got < static_cast<long>(sizeof(wire::Plain)) || message.header.magic != wire::magic) {
        return;
    }
    if (message.header.kind == wire::Kind::finish) {
        kill_below(state.child_signals);
        exit_process(0);
    }
    const bool signal = message.header.kind == wire::Kind::signal && got == static_cast<long>(sizeof(message));
    if (signal && state.test != 0) {
        kill(state.own_session ? -state.test : state.test, message.signal);
    }
}

} // namespace

void stay(const wire::Orders& orders, const Program& program, World& world)
{
    Stay state = start_test(orders, program, world);
    stand_aside(state);
    for (;;) {
        PollFd fds[] = {{wire::control_fd, POLLIN, 0}, {state.child_signals, POLLIN, 0}, {state.exec_pipe, POLLIN, 0}};
        poll_for_ever(fds, 3); // a negative descriptor is left out
        if (fds[2].revents != 0) {
            hear_exec(state);
        }
        if (fds[1].revents != 0) {
            reap_all(state);
        }
        tell_end(state);
        if (fds[0].revents != 0) {
            obey(state);
        }
    }
}

} // namespace hutch::init

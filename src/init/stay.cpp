// See stay.h. One thread, one ppoll(2) over three descriptors: the control socket, a signalfd for SIGCHLD (all signals are blocked
// for good), and the listener of the test's seccomp filter until the first denied call waits: then the runner gets it. The test is a child by
// vfork: it uses our memory and our descriptors until it has executed, and we go on after that. What the runner has to hear is Listener, and
// Failed or Exited; if all is well (the test has ended with an exit code, nothing is left, and we may leave) we end with that code, and that is
// all. Never outlives the runner by more than the time that killing takes.
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
/// To kill and to be heard among many, also those who changed their user. We execute nothing, so that no other set matters.
constexpr std::uint64_t capabilities_of_a_parent = std::uint64_t{1} << CAP_KILL | std::uint64_t{1} << CAP_SYS_NICE;

struct Stay {
    int test;                    ///< pid; 0 once it was reaped
    bool own_session;            ///< `test` leads a process group
    bool may_leave;              ///< when nothing is left
    int child_signals;           ///< signalfd
    int listener;                ///< of the filter; -1: none, or the runner has it
    const volatile bool* failed; ///< it has executed nothing, and has told the runner why
    bool ended = false;          ///< the test's first process was reaped
    bool alone = false;          ///< no child is left, and so nothing below us
    bool told_end = false;
    int wait_status = 0;
};

[[noreturn]] void give_up(int code)
{
    report({.step = wire::Step::stay, .code = code});
    exit_process(wire::exit_not_executed);
}

/// Not inlined: the child of a vfork may use the stack below our frame, and nothing of the frame itself.
[[noreturn, gnu::noinline]] void become_test(const wire::Orders& orders, const Program& program, World& world,
                                             volatile bool* failed)
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
    *failed = true;
    exit_process(wire::exit_not_executed);
}

/// True once the child has told the runner why it executes nothing. It is our memory that it writes to.
volatile bool child_failed = false;

/// The same for a child by fork, which has memory of its own.
volatile bool* shared_flag()
{
    const long address = map_shared(sizeof(bool));
    if (address < 0 && address > -4096) {
        give_up(static_cast<int>(-address));
    }
    return reinterpret_cast<volatile bool*>(address);
}

/// Prepares to be a parent of orphans and starts the test.
Stay start_test(const wire::Orders& orders, const Program& program, World& world)
{
    block_signals();
    set_traceable(false); // before there is a test that could trace us
    if (getpid() != first_process) {
        if (const long result = prctl(PR_SET_CHILD_SUBREAPER, 1); result < 0) {
            give_up(static_cast<int>(-result));
        }
    }
    const int signals = signalfd(std::uint64_t{1} << (sigchld - 1), O_CLOEXEC | O_NONBLOCK);
    if (signals < 0) {
        give_up(-signals);
    }
    volatile bool* failed = &child_failed;
    world.shared = true;
    int test = vfork();
    if (test == -EINVAL) { // before 6.1 into a time namespace of its own
        world.shared = false;
        failed = shared_flag();
        test = fork();
    }
    if (test < 0) {
        give_up(-test);
    }
    if (test == 0) {
        become_test(orders, program, world, failed);
    }
    set_traceable(false); // where the child has failed it is still traceable
    keep_capabilities(capabilities_of_a_parent);
    return {.test = test,
            .own_session = (orders.flags & wire::order_flag::new_session) != 0,
            .may_leave = (orders.flags & wire::order_flag::leave) != 0,
            .child_signals = signals,
            .listener = world.listener,
            .failed = failed};
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
            state.alone = pid == -ECHILD;
            return;
        }
        if (pid == state.test) {
            state.test = 0; // the number may be somebody else's from now on
            state.ended = true;
            state.wait_status = status;
        }
    }
}

void tell_end(Stay& state)
{
    if (!state.ended || state.told_end) {
        return;
    }
    state.told_end = true;
    if (*state.failed) {
        exit_process(wire::exit_not_executed);
    }
    const bool leaves = state.alone && state.may_leave;
    const bool has_code = (state.wait_status & 0x7f) == 0; // WIFEXITED
    if (leaves && has_code) {
        exit_process(state.wait_status >> 8 & 0xff);
    }
    tell(wire::Exited{.header = {wire::magic, wire::Kind::exited},
                      .wait_status = state.wait_status,
                      .leaves = leaves ? 1U : 0U,
                      .cpu_usec = reaped_cpu_usec()});
    if (leaves) {
        exit_process(0);
    }
}

/// A denied call waits, or nobody is left who could make one.
void hand_over_listener(Stay& state, short events)
{
    if ((events & POLLIN) != 0) {
        send_listener(state.listener);
    }
    close(state.listener);
    state.listener = -1;
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
        PollFd fds[] = {{wire::control_fd, POLLIN, 0}, {state.child_signals, POLLIN, 0}, {state.listener, POLLIN, 0}};
        poll_for_ever(fds, 3); // a negative descriptor is left out
        if (fds[2].revents != 0) {
            hand_over_listener(state, fds[2].revents);
        }
        if (fds[1].revents != 0) {
            reap_all(state);
            tell_end(state);
        }
        if (fds[0].revents != 0) {
            obey(state);
        }
    }
}

} // namespace hutch::init

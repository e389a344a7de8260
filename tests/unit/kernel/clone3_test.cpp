#include "kernel/clone3.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>

#include "kernel/pidfd.h"

namespace hutch::kernel {
namespace {

struct Seen {
    int pid = 0;
    std::uint64_t mask = 0;
    bool handler_reset = false;
    int exit_code = 0;
};

void handler(int) {}

int look_around(void* argument)
{
    auto* seen = static_cast<Seen*>(argument);
    seen->pid = static_cast<int>(::syscall(SYS_getpid));
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &seen->mask, 8);
    struct sigaction action;
    ::sigaction(SIGUSR1, nullptr, &action);
    seen->handler_reset = action.sa_handler == SIG_DFL;
    return seen->exit_code;
}

int execute_true(void*)
{
    const char* const arguments[] = {"true", nullptr};
    ::execve("/bin/true", const_cast<char**>(arguments), nullptr);
    return 127;
}

/// Recursion deep enough to leave many frames behind on the stack.
int dig(void* argument)
{
    auto* depth = static_cast<int*>(argument);
    volatile char frame[256];
    frame[0] = static_cast<char>(*depth);
    return (*depth)-- > 0 ? dig(argument) + frame[0] - frame[0] : execute_true(nullptr);
}

class Clone : public ::testing::TestWithParam<bool> {
  protected:
    Result<CloneResult> clone(int (*child)(void*), void* argument, std::uint64_t flags = 0)
    {
        return clone_vfork(stack_, {.flags = flags, .without_clone3 = GetParam()}, child, argument);
    }
    std::optional<ExitStatus> end_of(const CloneResult& child)
    {
        const auto reaped = reap_within(child.pidfd, std::chrono::seconds(5)).value();
        return reaped ? std::optional(reaped->status) : std::nullopt;
    }
    CloneStack stack_ = CloneStack::create().value();
};
INSTANTIATE_TEST_SUITE_P(Kernel, Clone, ::testing::Values(false, true),
                         [](const auto& parameter) { return parameter.param ? "clone" : "clone3"; });

TEST_P(Clone, the_child_shares_memory_and_starts_blocked_and_reset)
{
    struct sigaction old, ours{};
    ours.sa_handler = handler;
    ::sigaction(SIGUSR1, &ours, &old);
    Seen seen{.exit_code = 42};
    const auto child = clone(look_around, &seen);
    ::sigaction(SIGUSR1, &old, nullptr);
    ASSERT_TRUE(child) << child.error().message;
    EXPECT_EQ(child->by_clone3, !GetParam());
    EXPECT_EQ(seen.pid, child->pid);
    EXPECT_EQ(seen.mask | (1U << (SIGKILL - 1)) | (1U << (SIGSTOP - 1)), ~std::uint64_t{0});
    EXPECT_TRUE(seen.handler_reset);
    EXPECT_EQ(::fcntl(child->pidfd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(end_of(*child)->code, 42);
    EXPECT_EQ(reap(child->pidfd).error().code, ECHILD);
}

TEST_P(Clone, the_parents_mask_and_handlers_stay)
{
    sigset_t mask, before, after;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGUSR2);
    ::sigprocmask(SIG_SETMASK, &mask, &before);
    const auto child = clone(execute_true, nullptr);
    ::sigprocmask(SIG_SETMASK, &before, &after);
    ASSERT_TRUE(child);
    EXPECT_TRUE(::sigismember(&after, SIGUSR2));
    EXPECT_FALSE(::sigismember(&after, SIGUSR1));
    EXPECT_EQ(end_of(*child)->code, 0);
}

TEST_P(Clone, one_stack_serves_many_children)
{
    for (int i = 0; i < 200; ++i) {
        int depth = i % 2 == 0 ? 30 : 0;
        const auto child = clone(dig, &depth);
        ASSERT_TRUE(child);
        EXPECT_EQ(end_of(*child)->code, 0);
    }
}

TEST_P(Clone, a_child_that_dies_by_signal)
{
    const auto child = clone(
        [](void*) {
            ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
            return 0;
        },
        nullptr);
    ASSERT_TRUE(child);
    EXPECT_EQ(end_of(*child), (ExitStatus{.code = {}, .signal = SIGKILL}));
}

TEST_P(Clone, refused_namespaces_are_an_error_and_no_child)
{
    const auto child = clone(execute_true, nullptr, CLONE_NEWUSER | CLONE_FS); // EINVAL by clone(2)
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, EINVAL);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST(CloneRefused, falls_back_by_itself_where_seccomp_hides_clone3)
{
    const pid_t runner = ::fork();
    if (runner == 0) {
        sock_filter program[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog filter{sizeof program / sizeof program[0], program};
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
            ::_exit(9);
        }
        const auto stack = CloneStack::create();
        const auto child = clone_vfork(*stack, {}, execute_true, nullptr);
        const auto reaped = child ? reap_within(child->pidfd, std::chrono::seconds(5)) : plain_error("");
        ::_exit(child && !child->by_clone3 && reaped && *reaped && (*reaped)->status.code == 0 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(runner, &status, 0), runner);
    EXPECT_EQ(status, 0);
}

TEST(Pidfd, opens_signals_and_reaps)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const auto pidfd = open_pidfd(child).value();
    EXPECT_FALSE(reap(pidfd).value()) << "still running";
    EXPECT_FALSE(reap_within(pidfd, Milliseconds(20)).value());
    EXPECT_TRUE(send_signal(pidfd, 0));
    EXPECT_TRUE(send_signal(pidfd, SIGTERM));
    const auto reaped = reap_within(pidfd, std::chrono::seconds(5)).value();
    ASSERT_TRUE(reaped);
    EXPECT_EQ(reaped->status, (ExitStatus{.code = {}, .signal = SIGTERM}));
    EXPECT_GT(reaped->max_rss_bytes, 0U);
    EXPECT_EQ(send_signal(pidfd, SIGTERM).error().code, ESRCH);
    EXPECT_EQ(open_pidfd(child).error().code, ESRCH);
}

TEST(Pidfd, counts_what_the_child_used)
{
    const pid_t child = ::fork();
    if (child == 0) {
        rusage usage{};
        while (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 30000) {
            ::getrusage(RUSAGE_SELF, &usage);
        }
        ::_exit(77);
    }
    const auto pidfd = open_pidfd(child).value();
    const auto reaped = reap_within(pidfd, std::chrono::seconds(20)).value();
    ASSERT_TRUE(reaped);
    EXPECT_EQ(reaped->status.code, 77);
    EXPECT_GE(reaped->user + reaped->system, Milliseconds(30));
}

} // namespace
} // namespace hutch::kernel

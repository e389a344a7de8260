/* Leaks of several processes, and of what they are to each other. */
#include "leak.h"
#include "program.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int settle_in_borrowed_memory(void* argument)
{
    limit_life(LONGEST_LIFE_S);
    settle(*(int*)argument);
}

/* clone with the flags of vfork, and a stack of its own: the parent is suspended until this child execs or exits, so never. */
void leak_vfork_child(int ready)
{
    if (fork_child() != 0)
        return;
    let_go_of_output();
    report(ready, getpid());
    static char stack[64 << 10] __attribute__((aligned(16)));
    clone(settle_in_borrowed_memory, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &ready);
    _exit(EXIT_CANNOT);
}

void leak_subreaper(int ready)
{
    if (fork_child() != 0)
        return;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t between = fork_child();
    if (between == 0) {
        if (fork_child() == 0)
            settle(ready);
        _exit(0);
    }
    waitpid(between, NULL, 0);
    settle(ready);
}

void leak_many(int ready)
{
    for (int i = 0; i < MANY; i++) {
        if (fork_child() == 0)
            settle(ready);
    }
}

void leak_deep(int ready)
{
    if (fork_child() != 0)
        return;
    for (int depth = 1; depth < DEPTH; depth++) {
        if (fork_child() != 0)
            break;
    }
    settle(ready);
}

/* No pause between generations: whoever walks a list of pids and kills what is on it is always too late. A minute at most. */
void leak_leapfrog(int ready)
{
    if (fork_child() != 0)
        return;
    let_go_of_output();
    report(ready, getpid());
    close(ready);
    const double end = now() + LONGEST_LIFE_S / 10;
    while (now() < end) {
        if (fork() > 0)
            _exit(0);
    }
    _exit(0);
}

/* Waits until `peer` is gone, whosever child it is, then makes a new one, which watches this process in its turn. */
_Noreturn static void watch_and_restart(pid_t peer, double end)
{
    while (now() < end) {
        const int fd = (int)syscall(SYS_pidfd_open, peer, 0);
        if (fd >= 0) {
            struct pollfd gone = {.fd = fd, .events = POLLIN};
            poll(&gone, 1, (int)((end - now()) * 1000));
            close(fd);
        }
        waitpid(peer, NULL, WNOHANG);
        if (now() >= end)
            break;
        const pid_t self = getpid();
        const pid_t child = fork();
        peer = child == 0 ? self : child;
    }
    _exit(0);
}

void leak_respawner(int ready)
{
    if (fork_child() != 0)
        return;
    const double end = now() + LONGEST_LIFE_S / 2; /* the processes of later generations have no timer */
    let_go_of_output();
    const pid_t first = getpid();
    const pid_t second = fork_child();
    report(ready, getpid());
    close(ready);
    watch_and_restart(second == 0 ? first : second, end);
}

void leak_ptraced(int ready)
{
    if (fork_child() != 0)
        return;
    const pid_t traced = fork_child();
    if (traced == 0) {
        let_go_of_output();
        close(ready);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        stay();
    }
    waitpid(traced, NULL, WUNTRACED);
    report(ready, traced);
    settle(ready);
}

void leak_zombie_maker(int ready)
{
    if (fork_child() != 0)
        return;
    for (int i = 0; i < 10; i++) {
        const pid_t child = fork_child();
        if (child == 0)
            _exit(0);
        siginfo_t dead;
        waitid(P_PID, (id_t)child, &dead, WEXITED | WNOWAIT);
    }
    settle(ready);
}

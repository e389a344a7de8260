/* Leaks of one process each: its session, its signals, its descriptors, its name. */
#include "leak.h"
#include "program.h"

#include <errno.h> /* program_invocation_name, which is argv[0] itself */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void leak_plain(int ready)
{
    if (fork_child() == 0)
        settle(ready);
}

void leak_setsid(int ready)
{
    if (fork_child() != 0)
        return;
    setsid();
    settle(ready);
}

void leak_doublefork(int ready)
{
    const pid_t between = fork_child();
    if (between == 0) {
        setsid();
        if (fork_child() == 0)
            settle(ready);
        _exit(0);
    }
    waitpid(between, NULL, 0);
}

void leak_daemon(int ready)
{
    const pid_t between = fork_child();
    if (between == 0) {
        if (daemon(0, 0) != 0)
            cannot("daemon");
        limit_life(LONGEST_LIFE_S); /* daemon forks */
        settle(ready);
    }
    waitpid(between, NULL, 0);
}

void leak_stopped(int ready)
{
    const pid_t child = fork_child();
    if (child == 0) {
        setsid(); /* else the kernel would continue it when we exit: a stopped member of an orphaned group */
        let_go_of_output();
        close(ready);
        raise(SIGSTOP);
        stay();
    }
    waitpid(child, NULL, WUNTRACED);
    report(ready, child);
}

void leak_ignore_term(int ready)
{
    if (fork_child() != 0)
        return;
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    settle(ready);
}

void leak_block_all(int ready)
{
    if (fork_child() != 0)
        return;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    settle(ready);
}

void leak_nohup(int ready)
{
    if (fork_child() != 0)
        return;
    signal(SIGHUP, SIG_IGN);
    settle(ready);
}

void leak_pgrp(int ready)
{
    if (fork_child() != 0)
        return;
    setpgid(0, 0);
    settle(ready);
}

void leak_pipe_holder(int ready)
{
    if (fork_child() != 0)
        return;
    report(ready, getpid());
    close(ready);
    stay();
}

void leak_closed_fds(int ready)
{
    if (fork_child() != 0)
        return;
    if (chdir("/") != 0)
        cannot("chdir");
    close_range(0, (unsigned)ready - 1, 0);
    close_range((unsigned)ready + 1, UINT_MAX, 0);
    report(ready, getpid());
    close(ready);
    stay();
}

/* The kernel shows as the command line whatever is in the memory where the arguments were, which the environment follows. */
static void overwrite_arguments(const char* text)
{
    const char* end = environ != NULL ? environ[0] : NULL;
    const size_t room = end != NULL ? (size_t)(end - program_invocation_name) : strlen(program_invocation_name);
    memset(program_invocation_name, 0, room);
    strncpy(program_invocation_name, text, room - 1);
}

void leak_renamed(int ready)
{
    if (fork_child() != 0)
        return;
    overwrite_arguments("[kworker/0:1]");
    prctl(PR_SET_NAME, "kworker/0:1");
    settle(ready);
}

void leak_exec_sleep(int ready)
{
    const pid_t child = fork_child();
    if (child != 0)
        return;
    let_go_of_output();
    alarm(LONGEST_LIFE_S); /* unlike the timer, an alarm lives through exec */
    report(ready, getpid());
    close(ready);
    execl("/bin/sleep", "sleep", "1000", (char*)NULL);
    _exit(EXIT_CANNOT);
}

struct leader {
    pthread_t thread;
    int ready;
};

static void* go_on_alone(void* argument)
{
    const struct leader* leader = argument;
    pthread_join(leader->thread, NULL);
    settle(leader->ready);
}

/* The process is a zombie to ps and yet runs. On Linux 6.18 cgroup.kill does not end it: the signal is for the leader alone, and
 * is lost there; kill(pid), pidfd_send_signal and the end of the PID namespace do end it. */
void leak_thread_leader_exit(int ready)
{
    if (fork_child() != 0)
        return;
    static struct leader leader;
    leader = (struct leader){.thread = pthread_self(), .ready = ready};
    pthread_t other;
    if (pthread_create(&other, NULL, go_on_alone, &leader) != 0)
        cannot("pthread_create");
    pthread_exit(NULL);
}

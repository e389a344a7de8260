/* leak KIND: exits 0 at once and leaves processes behind, in one of the ways known for it; `leak list` prints all kinds.
 * Prints `leaked=N` and, for those that are where they shall be, `pid=N` as they see themselves.
 * Must become: pass with the leaked processes named (or leak, under --leak=fail), and not one process left. Every process ends by
 * itself after ten minutes. */
#include "leak.h"

#include "program.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct kind {
    const char* name;
    start_leak* start;
    int reports; /* processes that report; for those that never rest (leapfrog, respawner) at least so many are there */
    const char* says;
};

static const struct kind kinds[] = {
    {"plain", leak_plain, 1, "a child that sleeps"},
    {"setsid", leak_setsid, 1, "in a session of its own"},
    {"doublefork", leak_doublefork, 1, "a grandchild whose parent has exited"},
    {"daemon", leak_daemon, 1, "by daemon(3)"},
    {"stopped", leak_stopped, 1, "stopped by SIGSTOP, in a session of its own"},
    {"ignore_term", leak_ignore_term, 1, "ignores TERM, INT, HUP and QUIT"},
    {"block_all", leak_block_all, 1, "blocks every signal"},
    {"nohup", leak_nohup, 1, "ignores HUP only, as nohup(1) does"},
    {"pgrp", leak_pgrp, 1, "in a process group of its own"},
    {"thread_leader_exit", leak_thread_leader_exit, 1, "its main thread is gone, another one goes on"},
    {"vfork_child", leak_vfork_child, 2, "a vfork child that never execs, and its suspended parent"},
    {"subreaper", leak_subreaper, 2, "a child that collects its own orphans, and one orphan"},
    {"many", leak_many, MANY, "50 children"},
    {"deep", leak_deep, DEPTH, "a chain of 20"},
    {"pipe_holder", leak_pipe_holder, 1, "keeps stdout and stderr open"},
    {"closed_fds", leak_closed_fds, 1, "no descriptor at all, in /"},
    {"renamed", leak_renamed, 1, "calls itself [kworker/0:1]"},
    {"leapfrog", leak_leapfrog, 1, "each generation forks and exits; never twice the same pid"},
    {"respawner", leak_respawner, 2, "two that watch and restart each other"},
    {"nested_cgroup", leak_nested_cgroup, 1, "in a cgroup below the test's own, where it may"},
    {"chmod000", leak_chmod000, 1, "the same, and the cgroup's mode is 000"},
    {"ptraced", leak_ptraced, 2, "one child traces another, which is stopped"},
    {"zombie_maker", leak_zombie_maker, 1, "a child with 10 zombies"},
    {"exec_sleep", leak_exec_sleep, 1, "/bin/sleep 1000"},
    {"userns", leak_userns, 1, "first process of a new user and PID namespace, where allowed"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

pid_t fork_child(void)
{
    const pid_t child = fork();
    if (child < 0)
        cannot("fork");
    if (child == 0)
        limit_life(LONGEST_LIFE_S);
    return child;
}

void let_go_of_output(void)
{
    const int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return;
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
}

void report(int ready, pid_t pid)
{
    if (write(ready, &pid, sizeof pid) != (ssize_t)sizeof pid)
        _exit(EXIT_CANNOT);
}

void settle(int ready)
{
    let_go_of_output();
    report(ready, getpid());
    close(ready);
    stay();
}

static int leave_behind(const struct kind* kind)
{
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0)
        cannot("pipe");
    kind->start(pipe_ends[1]);
    close(pipe_ends[1]);
    for (int i = 0; i < kind->reports; i++) {
        pid_t pid = 0;
        if (read(pipe_ends[0], &pid, sizeof pid) != (ssize_t)sizeof pid)
            cannot("a leaked process did not report");
        printf("pid=%d\n", (int)pid);
    }
    printf("leaked=%d\n", kind->reports);
    return 0;
}

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const char* name = argc == 2 ? argv[1] : "";
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(name, kinds[i].name) == 0)
            return leave_behind(&kinds[i]);
    }
    if (strcmp(name, "list") != 0)
        usage("leak KIND|list");
    for (int i = 0; i < KINDS; i++)
        printf("%-20s %s\n", kinds[i].name, kinds[i].says);
    return 0;
}

/* More rights than it was given: set-uid programs, capabilities, priorities. */
#include "attack.h"

#include "../programs/program.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The dynamic linker tells with what rights it was started (LD_SHOW_AUXV), but not to a program that has more than its user. */
static bool runs_with_more(const char* path, char* says, size_t size)
{
    int pipes[2];
    if (pipe(pipes) != 0)
        cannot("pipe");
    const pid_t child = fork_limited(20);
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        setenv("LD_SHOW_AUXV", "1", 1);
        execl(path, path, "--help", (char*)NULL);
        _exit(127);
    }
    close(pipes[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(pipes[0], says + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    says[length] = '\0';
    waitpid(child, NULL, 0);
    return strstr(says, "AT_SECURE") == NULL;
}

static void set_uid_program(const struct world* world)
{
    (void)world;
    if (geteuid() == 0)
        skipped("it is root already");
    static const char* const paths[] = {"/usr/bin/su", "/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp",
                                        "/usr/bin/chsh"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        struct stat facts;
        char says[8192];
        if (stat(paths[i], &facts) != 0 || !(facts.st_mode & S_ISUID)) /* root may have no number here */
            continue;
        if (runs_with_more(paths[i], says, sizeof says))
            reached("%s runs as root", paths[i]);
        contained("%s runs without its rights", paths[i]);
    }
    skipped("no set-uid program here");
}

/* What root has after the next exec: it is given everything, unless it was taken away for good. */
static void capabilities_by_exec(const struct world* world)
{
    (void)world;
    char line[256];
    int pipes[2];
    if (pipe(pipes) != 0)
        cannot("pipe");
    const pid_t child = fork_limited(20);
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        execl("/bin/grep", "grep", "CapEff", "/proc/self/status", (char*)NULL);
        _exit(127);
    }
    close(pipes[1]);
    const ssize_t length = read(pipes[0], line, sizeof line - 1);
    waitpid(child, NULL, 0);
    line[length > 0 ? length : 0] = '\0';
    const char* value = strpbrk(line, "0123456789abcdef");
    if (length <= 0 || !strchr(line, ':'))
        skipped("no grep here");
    value = strchr(line, ':') + 1;
    const unsigned long long set = strtoull(value, NULL, 16);
    if (set & (1ULL << 21))
        reached("CAP_SYS_ADMIN after exec: %llx", set);
    contained("capabilities after exec: %llx", set);
}

static void become_root(const struct world* world)
{
    (void)world;
    if (geteuid() == 0)
        skipped("it is root already");
    judge(setuid(0), "setuid(0)");
}

/* Whoever is root may become anybody; what then holds is the sandbox alone. */
static void become_another(const struct world* world)
{
    (void)world;
    if (geteuid() != 0)
        skipped("it is not root");
    judge(setresuid(1, 1, 1), "setresuid(1)");
}

static void drop_groups(const struct world* world)
{
    (void)world;
    judge(setgroups(0, NULL), "setgroups");
}

/* A shell of its owner's rights, for whoever comes later. */
static void set_uid_file(const struct world* world)
{
    const char* path = scratch(world, "suid");
    if (try_create(path, "#!/bin/sh\n") != 0)
        refused("%s", path);
    const int result = chmod(path, 04755);
    const int why = errno;
    struct stat facts = {0};
    stat(path, &facts);
    unlink(path);
    errno = why;
    if (result != 0)
        refused("chmod 4755");
    if (!(facts.st_mode & S_ISUID))
        contained("the bit is not kept");
    contained("a set-uid file of the test's own user in the work tree");
}

static void raise_priority(const struct world* world)
{
    (void)world;
    judge(setpriority(PRIO_PROCESS, 0, -20), "setpriority(-20)");
}

static void real_time(const struct world* world)
{
    (void)world;
    const struct sched_param first = {.sched_priority = 1};
    judge(sched_setscheduler(0, SCHED_FIFO, &first), "SCHED_FIFO");
}

static void lower_oom_score(const struct world* world)
{
    (void)world;
    char before[32];
    if (first_line("/proc/self/oom_score_adj", before, sizeof before) != 0)
        refused("oom_score_adj");
    char less[32];
    snprintf(less, sizeof less, "%d", atoi(before) - 500 < -1000 ? -1000 : atoi(before) - 500);
    judge(try_write("/proc/self/oom_score_adj", less), "oom_score_adj below what it was given");
}

/* Without no_new_privs a filter of one's own can break a set-uid program. */
static void undo_no_new_privs(const struct world* world)
{
    (void)world;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
        reached("no_new_privs is not set");
    judge(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS, 0)");
}

static void raise_ambient(const struct world* world)
{
    (void)world;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0) == 0)
        reached("an ambient CAP_SYS_ADMIN");
    refused("prctl(PR_CAP_AMBIENT_RAISE)");
}

const struct attack privilege_attacks[] = {
    {"set_uid_program", set_uid_program, "a set-uid program of root's", false},
    {"capabilities_by_exec", capabilities_by_exec, "capabilities that exec gives back", false},
    {"become_root", become_root, "setuid(0)", false},
    {"become_another", become_another, "setresuid(1)", false},
    {"drop_groups", drop_groups, "setgroups(2)", false},
    {"set_uid_file", set_uid_file, "leaves a set-uid file", false},
    {"raise_priority", raise_priority, "a nice value of -20", false},
    {"real_time", real_time, "SCHED_FIFO", true},
    {"lower_oom_score", lower_oom_score, "an oom_score_adj below its own", false},
    {"undo_no_new_privs", undo_no_new_privs, "takes no_new_privs back", false},
    {"raise_ambient", raise_ambient, "an ambient capability", false},
    {NULL, NULL, NULL, false},
};

/* print_limits: prints what a test is given, one `key=value` a line: resource limits, cgroups, descriptors, signal mask and
 * dispositions, capabilities, ids, session, umask, directory, priorities, namespaces. Must become: pass. */
#include "program.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_limit(const char* name, rlim_t value)
{
    if (value == RLIM_INFINITY)
        printf("%sunlimited", name);
    else
        printf("%s%llu", name, (unsigned long long)value);
}

/* rlimit.nofile=SOFT:HARD */
static void print_rlimits(void)
{
    static const struct {
        const char* name;
        int resource;
    } limits[] = {
        {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
        {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
        {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
        {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
        {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
        {"stack", RLIMIT_STACK},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
            continue;
        printf("rlimit.%s", limits[i].name);
        print_limit("=", limit.rlim_cur);
        print_limit(":", limit.rlim_max);
        putchar('\n');
    }
}

/* cgroup.0=/run/test from `0::/run/test`; with version 1, cgroup.NAMES too. */
static void print_cgroups(void)
{
    FILE* file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return;
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        char* names = strchr(line, ':');
        char* path = names == NULL ? NULL : strchr(names + 1, ':');
        if (path == NULL)
            continue;
        *names++ = '\0';
        *path++ = '\0';
        printf("cgroup.%s=%s", *names == '\0' ? line : names, path);
    }
    fclose(file);
}

/* fd.N=TARGET for every link in /proc/self/fd but the one that lists them; ns.KIND=kind:[inode] for /proc/self/ns. */
static void print_links(const char* directory, const char* prefix, bool is_fd_list)
{
    DIR* listing = opendir(directory);
    if (listing == NULL)
        return;
    for (struct dirent* entry; (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (is_fd_list && atoi(entry->d_name) == dirfd(listing))
            continue;
        char target[4096];
        const ssize_t n = readlinkat(dirfd(listing), entry->d_name, target, sizeof target - 1);
        if (n >= 0)
            printf("%s.%s=%.*s\n", prefix, entry->d_name, (int)n, target);
    }
    closedir(listing);
}

/* status.SigBlk=0000000000000000 and its like from /proc/self/status */
static void print_status(void)
{
    static const char* const wanted[] = {"SigBlk", "SigIgn", "SigCgt", "SigPnd",           "CapInh",  "CapPrm",
                                         "CapEff", "CapBnd", "CapAmb", "NoNewPrivs",       "Seccomp", "Uid",
                                         "Gid",    "Groups", "NSpid",  "Cpus_allowed_list"};
    FILE* file = fopen("/proc/self/status", "re");
    if (file == NULL)
        return;
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        char* value = strchr(line, ':');
        if (value == NULL)
            continue;
        *value++ = '\0';
        value += strspn(value, " \t");
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            if (strcmp(line, wanted[i]) == 0)
                printf("status.%s=%s", line, value);
        }
    }
    fclose(file);
}

static void print_oom_score_adj(void)
{
    FILE* file = fopen("/proc/self/oom_score_adj", "re");
    if (file == NULL)
        return;
    int value = 0;
    if (fscanf(file, "%d", &value) == 1)
        printf("oom_score_adj=%d\n", value);
    fclose(file);
}

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    print_rlimits();
    print_cgroups();
    print_links("/proc/self/fd", "fd", true);
    print_links("/proc/self/ns", "ns", false);
    print_status();
    print_oom_score_adj();
    const mode_t mask = umask(0);
    char text[4096];
    printf("umask=%03o\n", (unsigned)mask);
    printf("cwd=%s\n", getcwd(text, sizeof text) != NULL ? text : "?");
    printf("pid=%d\nppid=%d\npgid=%d\nsid=%d\n", (int)getpid(), (int)getppid(), (int)getpgrp(), (int)getsid(0));
    printf("ctty=%s\n", access("/dev/tty", F_OK) == 0 && fopen("/dev/tty", "re") != NULL ? "yes" : "no");
    printf("nice=%d\nscheduler=%d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
    int death_signal = 0;
    prctl(PR_GET_PDEATHSIG, &death_signal);
    printf("dumpable=%d\nparent_death_signal=%d\n", prctl(PR_GET_DUMPABLE), death_signal);
    if (gethostname(text, sizeof text) == 0)
        printf("hostname=%s\n", text);
    return 0;
}

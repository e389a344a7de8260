/* Leaks that make a box of their own inside the test's: a cgroup below it, namespaces. Where they may not, they leak plainly. */
#include "leak.h"
#include "own_cgroup.h"
#include "program.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes a cgroup below our own and moves the caller there. Leaves its path in `nested`. */
static bool move_into_nested(char* nested, size_t size)
{
    char own[4096], procs[8192];
    if (!own_cgroup(own, sizeof own))
        return false;
    if ((size_t)snprintf(nested, size, "%s/nested", own) >= size || mkdir(nested, 0755) != 0)
        return false;
    snprintf(procs, sizeof procs, "%s/cgroup.procs", nested);
    const int file = open(procs, O_WRONLY | O_CLOEXEC);
    const bool moved = file >= 0 && write(file, "0", 1) == 1;
    if (file >= 0)
        close(file);
    return moved;
}

void leak_nested_cgroup(int ready)
{
    if (fork_child() != 0)
        return;
    char nested[4200];
    printf("nested=%s\n", move_into_nested(nested, sizeof nested) ? "yes" : "no");
    fflush(stdout);
    settle(ready);
}

void leak_chmod000(int ready)
{
    if (fork_child() != 0)
        return;
    char nested[4200];
    bool hidden = move_into_nested(nested, sizeof nested);
    static const char* const files[] = {"cgroup.kill", "cgroup.procs", "cgroup.events"};
    for (size_t i = 0; hidden && i < sizeof files / sizeof files[0]; i++) {
        char path[8192];
        snprintf(path, sizeof path, "%s/%s", nested, files[i]);
        chmod(path, 0);
    }
    hidden = hidden && chmod(nested, 0) == 0;
    printf("nested=%s\n", hidden ? "yes" : "no");
    fflush(stdout);
    settle(ready);
}

void leak_userns(int ready)
{
    if (fork_child() != 0)
        return;
    const bool own = unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0;
    printf("userns=%s\n", own ? "yes" : "no");
    fflush(stdout);
    let_go_of_output();
    const pid_t child = fork_child();
    if (child == 0) {
        close(ready);
        stay();
    }
    report(ready, child);
    _exit(0);
}

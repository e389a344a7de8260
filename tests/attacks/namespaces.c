/* New namespaces, in which a process has all capabilities again, and those of others. */
#include "attack.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A user namespace alone takes a process nowhere: what it may do in there is what counts. */
static void unshare_user(const struct world* world)
{
    (void)world;
    if (unshare(CLONE_NEWUSER) != 0)
        refused("unshare(CLONE_NEWUSER)");
    if (!has_capability(21))
        contained("a user namespace without capabilities");
    reached("a user namespace with all capabilities");
}

static void clone_user(const struct world* world)
{
    (void)world;
    const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        _exit(0);
    judge(child, "clone(CLONE_NEWUSER)");
}

/* Flags behind a pointer, which no filter can see. */
static void clone3_user(const struct world* world)
{
    (void)world;
    struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    judge(child, "clone3(CLONE_NEWUSER)");
}

/* The way by which covers were taken off before mounts were locked in new user namespaces. */
static void uncover_in_user(const struct world* world)
{
    char path[LONGEST_TEXT + 32];
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        refused("unshare(CLONE_NEWUSER | CLONE_NEWNS)");
    int why = EPERM, taken = 0;
    static const char* const covers[] = {"/sys/fs/cgroup", "/run", "/run/user", "/tmp", "/dev", "/proc/sys"};
    for (size_t i = 0; i < sizeof covers / sizeof *covers; ++i) {
        if (umount2(covers[i], MNT_DETACH) == 0)
            ++taken;
        else
            why = errno;
    }
    if (taken > 0)
        reached("%d covers were taken off", taken);
    snprintf(path, sizeof path, "%s/cgroup.procs", world->cgroup);
    if (try_open(path, O_WRONLY) == 0 && !outside_namespace(world, "cgroup"))
        reached("cgroupfs is there again");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 && access("/usr", W_OK) == 0)
        reached("the root is writable again");
    errno = why;
    refused("umount2 and remount in a user namespace of its own");
}

/* A namespace of its own, for the reach into the kernel that an ordinary user does not have. */
static void network_in_user(const struct world* world)
{
    (void)world;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        refused("unshare(CLONE_NEWUSER | CLONE_NEWNET)");
    reached("a network in which it has every capability");
}

static void unshare_mount(const struct world* world)
{
    (void)world;
    judge(unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)");
}

static int join(long pid, const char* kind, int type)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/ns/%s", pid, kind);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    const int result = setns(file, type);
    const int why = errno;
    close(file);
    errno = why;
    return result;
}

static void join_runner(const struct world* world)
{
    const struct {
        const char* kind;
        int type;
    } kinds[] = {
        {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},        {"pid", CLONE_NEWPID},
        {"net", CLONE_NEWNET},   {"cgroup", CLONE_NEWCGROUP},
    };
    const long pids[] = {world->runner, world->victim};
    int why = ENOENT;
    for (size_t pid = 0; pid < sizeof pids / sizeof *pids; ++pid)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
            if (join(pids[pid], kinds[i].kind, kinds[i].type) == 0)
                reached("setns(%s of %ld)", kinds[i].kind, pids[pid]);
            why = errno;
        }
    errno = why;
    refused("setns(2) into what is outside");
}

static void join_init(const struct world* world)
{
    if (outside_namespace(world, "pid"))
        skipped("PID 1 is the machine's");
    judge(join(1, "mnt", CLONE_NEWNS), "setns(mnt of PID 1)");
}

static void join_by_pidfd(const struct world* world)
{
    const long file = syscall(SYS_pidfd_open, world->victim, 0);
    if (file < 0)
        refused("pidfd_open(victim)");
    judge(setns((int)file, CLONE_NEWNS | CLONE_NEWNET), "setns(pidfd of the victim)");
}

const struct attack namespace_attacks[] = {
    {"unshare_user", unshare_user, "unshare(2): a user namespace with all capabilities", false},
    {"clone_user", clone_user, "the same by clone(2)", false},
    {"clone3_user", clone3_user, "the same by clone3(2), whose flags no filter sees", false},
    {"uncover_in_user", uncover_in_user, "takes covers off in a user namespace of its own", false},
    {"network_in_user", network_in_user, "a network namespace in a user namespace of its own", false},
    {"unshare_mount", unshare_mount, "unshare(2): a mount namespace", false},
    {"join_runner", join_runner, "setns(2) into namespaces of the runner", true},
    {"join_init", join_init, "setns(2) into the mount namespace of PID 1", true},
    {"join_by_pidfd", join_by_pidfd, "setns(2) by a pidfd", true},
    {NULL, NULL, NULL, false},
};

/* The files of its own cgroup, and of those around it. What is done stays inside of the run's own cgroups: a limit that it was not given,
 * a move that the run's kill would miss. Whether it is noticed is for hutch to say (`tampered` in the events). */
#include "attack.h"

#include "../programs/own_cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory of its own cgroup; refused when it cannot be seen. Where a namespace says that it is at the root, the mount shows the
 * machine's root, and that it can be written is enough, or its own cgroup. */
static const char* own(void)
{
    static char path[4096];
    if (own_cgroup(path, sizeof path))
        return path;
    static const char* const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; ++i) {
        snprintf(path, sizeof path, "%s/cgroup.events", mounts[i]); /* the machine's root has none */
        if (access(path, F_OK) == 0)
            return mounts[i];
        snprintf(path, sizeof path, "%s/cgroup.procs", mounts[i]);
        if (try_open(path, O_WRONLY) == 0)
            reached("%s can be written", path);
    }
    errno = ENOENT;
    refused("its own cgroup cannot be seen");
}

static int write_own(const char* name, const char* text)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", own(), name);
    return try_write(path, text);
}

/* Raises a limit, if there is one here. */
static void raise_limit(const char* name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", own(), name);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        skipped("no %s here", name);
    judge(try_write(path, "max"), name);
}

static void raise_memory(const struct world* world)
{
    (void)world;
    raise_limit("memory.max");
}

static void raise_pids(const struct world* world)
{
    (void)world;
    raise_limit("pids.max");
}

static void raise_descendants(const struct world* world)
{
    (void)world;
    judge(write_own("cgroup.max.descendants", "1000"), "cgroup.max.descendants");
}

static void leave_to_parent(const struct world* world)
{
    (void)world;
    judge(write_own("../cgroup.procs", "0"), "../cgroup.procs");
}

static void leave_to_runner(const struct world* world)
{
    char path[LONGEST_TEXT + 32];
    snprintf(path, sizeof path, "%s/cgroup.procs", world->cgroup);
    judge(try_write(path, "0"), path);
}

static void child_cgroup(const struct world* world)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", own(), world->token);
    if (mkdir(path, 0755) != 0)
        refused("mkdir in its own cgroup");
    strcat(path, "/cgroup.procs");
    if (try_write(path, "0") == 0)
        reached("it is in a cgroup of its own making");
    reached("a cgroup of its own making");
}

/* Five below each other, each locked: whoever removes them must open them first. */
static void locked_cgroups(const struct world* world)
{
    char paths[5][4600];
    const char* above = own();
    for (int depth = 0; depth < 5; ++depth) {
        snprintf(paths[depth], sizeof paths[depth], "%.4500s/%.40s", above, depth == 0 ? world->token : "deeper");
        if (mkdir(paths[depth], 0755) != 0)
            refused("mkdir in its own cgroup");
        above = paths[depth];
    }
    for (int depth = 4; depth >= 0; --depth)
        chmod(paths[depth], 0);
    reached("five locked cgroups below its own");
}

static void kill_parent_cgroup(const struct world* world)
{
    (void)world;
    char path[4200];
    snprintf(path, sizeof path, "%s/../cgroup.kill", own());
    judge(try_open(path, O_WRONLY), path);
}

static void freeze_parent_cgroup(const struct world* world)
{
    (void)world;
    char path[4200];
    snprintf(path, sizeof path, "%s/../cgroup.freeze", own());
    judge(try_open(path, O_WRONLY), path);
}

static void mount_cgroup(const struct world* world)
{
    const char* path = scratch(world, "mount");
    const int result = mount("none", path, "cgroup2", 0, NULL);
    const int why = errno;
    umount2(path, MNT_DETACH);
    errno = why;
    judge(result, "mount cgroup2");
}

/* The classic way out of a container: a program that the kernel starts for us, outside. */
static void release_agent(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {
        "/sys/fs/cgroup/cpu/release_agent",     "/sys/fs/cgroup/memory/release_agent",
        "/sys/fs/cgroup/systemd/release_agent", "/sys/fs/cgroup/devices/devices.allow",
        "/sys/fs/cgroup/memory/cgroup.procs",   "/sys/fs/cgroup/pids/cgroup.procs",
    };
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (try_open(paths[i], O_WRONLY) == 0)
            reached("%s can be written", paths[i]);
        why = errno;
    }
    errno = why;
    refused("files of version 1");
}

static void cgroup_through_proc(const struct world* world)
{
    const long pids[] = {1, getppid(), world->runner};
    char path[LONGEST_TEXT + 64];
    int why = ENOENT;
    for (size_t i = 0; i < sizeof pids / sizeof *pids; ++i) {
        snprintf(path, sizeof path, "/proc/%ld/root%s/cgroup.procs", pids[i], world->cgroup);
        if (try_open(path, O_WRONLY) == 0)
            reached("%s can be written", path);
        why = errno;
    }
    errno = why;
    refused("/proc/PID/root/sys/fs/cgroup");
}

const struct attack cgroup_attacks[] = {
    {"raise_memory", raise_memory, "its own memory.max", false},
    {"raise_pids", raise_pids, "its own pids.max", false},
    {"raise_descendants", raise_descendants, "its own cgroup.max.descendants", false},
    {"leave_to_parent", leave_to_parent, "moves to the cgroup above its own", false},
    {"leave_to_runner", leave_to_runner, "moves to the cgroup that the runner was started in", true},
    {"child_cgroup", child_cgroup, "makes a cgroup below its own and moves there", false},
    {"locked_cgroups", locked_cgroups, "five cgroups below each other, mode 000", false},
    {"kill_parent_cgroup", kill_parent_cgroup, "opens cgroup.kill above its own", false},
    {"freeze_parent_cgroup", freeze_parent_cgroup, "opens cgroup.freeze above its own", false},
    {"mount_cgroup", mount_cgroup, "mounts cgroup2 somewhere else", true},
    {"release_agent", release_agent, "opens release_agent and others of version 1", false},
    {"cgroup_through_proc", cgroup_through_proc, "cgroupfs by the root of another process", true},
    {NULL, NULL, NULL, false},
};

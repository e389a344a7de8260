/* Descriptors that were not closed, and those of others through /proc. */
#include "attack.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void inherited_descriptors(const struct world* world)
{
    (void)world;
    for (int file = 3; file < 4096; ++file)
        if (fcntl(file, F_GETFD) >= 0) {
            char path[64], target[256] = "?";
            snprintf(path, sizeof path, "/proc/self/fd/%d", file);
            const ssize_t length = readlink(path, target, sizeof target - 1);
            target[length > 0 ? length : 0] = '\0';
            reached("descriptor %d is open: %s", file, target);
        }
    contained("nothing but the three");
}

/* Opens each descriptor of a process for writing; where the pid is the runner's, nothing is written but without a sandbox. */
static void open_descriptors_of(long pid, const char* who)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR* directory = opendir(path);
    if (!directory)
        refused("%s: %s", who, path);
    int seen = 0;
    for (struct dirent* entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        ++seen;
        char file[400];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (try_open(file, O_WRONLY) == 0)
            reached("%s: %s can be opened for writing", who, file);
    }
    errno = EACCES;
    refused("%s: none of %d descriptors", who, seen);
}

static void descriptors_of_runner(const struct world* world)
{
    open_descriptors_of(world->runner, "runner");
}

static void descriptors_of_parent(const struct world* world)
{
    (void)world;
    if (getppid() <= 0)
        contained("no parent can be seen");
    open_descriptors_of(getppid(), "parent");
}

static void descriptors_of_victim(const struct world* world)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd/%ld", world->victim, world->victim_fd);
    judge(try_write(path, "broken"), path);
}

/* The file system of another process: its root and its work directory. */
static void root_of_others(const struct world* world)
{
    const long pids[] = {1, getppid(), world->runner, world->victim};
    char path[2 * LONGEST_TEXT];
    int why = ENOENT;
    for (size_t i = 0; i < sizeof pids / sizeof *pids; ++i) {
        snprintf(path, sizeof path, "/proc/%ld/root%s/canary", pids[i], world->outside);
        if (try_open(path, O_WRONLY) == 0)
            reached("%s", path);
        why = errno;
        snprintf(path, sizeof path, "/proc/%ld/cwd/../outside/canary", pids[i]);
        if (try_open(path, O_WRONLY) == 0)
            reached("%s", path);
    }
    errno = why;
    refused("/proc/PID/root and cwd");
}

static void environment_of_init(const struct world* world)
{
    char path[64], line[256];
    const long pid = outside_namespace(world, "pid") ? world->runner : 1;
    snprintf(path, sizeof path, "/proc/%ld/environ", pid);
    if (first_line(path, line, sizeof line) != 0)
        refused("%s", path);
    if (line[0] == '\0')
        contained("%s is empty", path);
    reached("%s: %.40s", path, line);
}

static void own_output_again(const struct world* world)
{
    (void)world;
    const int file = open("/proc/self/fd/1", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        refused("/proc/self/fd/1");
    char text[64];
    const ssize_t got = read(file, text, sizeof text);
    if (ftruncate(file, 0) == 0)
        contained("its own output was truncated");
    contained("its own output can be opened again, %zd bytes read back", got);
}

const struct attack descriptor_attacks[] = {
    {"inherited_descriptors", inherited_descriptors, "descriptors above 2 that it was born with", false},
    {"descriptors_of_runner", descriptors_of_runner, "the runner's descriptors through /proc", false},
    {"descriptors_of_parent", descriptors_of_parent, "its parent's descriptors through /proc", false},
    {"descriptors_of_victim", descriptors_of_victim, "writes to a descriptor of a process of the same user", false},
    {"root_of_others", root_of_others, "the file system of another process through /proc", false},
    {"environment_of_init", environment_of_init, "the environment of the runner, or of PID 1", false},
    {"own_output_again", own_output_again, "opens its own output again, reads and truncates it", false},
    {NULL, NULL, NULL, false},
};

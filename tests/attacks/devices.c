/* Device nodes: those that are there, and those that it makes. */
#include "attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void open_disk(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/dev/vda",     "/dev/vdb",   "/dev/sda",
                                        "/dev/nvme0n1", "/dev/loop0", "/dev/loop-control"};
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (try_open(paths[i], O_RDWR) == 0)
            reached("%s can be written", paths[i]);
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("disks");
}

static void open_memory(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore", "/dev/kmsg"};
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (try_open(paths[i], i < 3 ? O_RDWR : O_RDONLY) == 0)
            reached("%s", paths[i]);
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("the machine's memory and log");
}

static void open_virtualization(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/dev/kvm",  "/dev/vhost-net", "/dev/net/tun",
                                        "/dev/fuse", "/dev/uinput",    "/dev/vsock"};
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (try_open(paths[i], O_RDWR) == 0)
            reached("%s", paths[i]);
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("/dev/kvm, tun, fuse and others");
}

/* The null device: harmless; whoever may make it may make a disk. */
static void make_device(const struct world* world)
{
    const char* path = scratch(world, "node");
    if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) != 0)
        refused("mknod c 1 3");
    const int result = try_open(path, O_RDWR);
    const int why = errno;
    unlink(path);
    errno = why;
    judge(result, "a device node of its own can be opened");
}

const struct attack device_attacks[] = {
    {"open_disk", open_disk, "opens a disk for writing", false},
    {"open_memory", open_memory, "opens /dev/mem, /proc/kcore, /dev/kmsg", false},
    {"open_virtualization", open_virtualization, "opens /dev/kvm, /dev/net/tun, /dev/fuse, /dev/vsock", false},
    {"make_device", make_device, "makes a device node and opens it", true},
    {NULL, NULL, NULL, false},
};

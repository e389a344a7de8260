/* The mount table, and files that the root file system should not let be written or read. */
#include "attack.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Mounts on a directory that is there for it, and takes it off again. */
static void try_mount(const struct world* world, const char* source, const char* type, unsigned long flags,
                      const char* what)
{
    const char* point = scratch(world, "mount");
    const int result = mount(source, point, type, flags, NULL);
    const int why = errno;
    umount2(point, MNT_DETACH);
    errno = why;
    judge(result, what);
}

static void mount_tmpfs(const struct world* world)
{
    try_mount(world, "none", "tmpfs", 0, "mount tmpfs");
}

static void mount_bind(const struct world* world)
{
    try_mount(world, "/usr", NULL, MS_BIND, "mount --bind /usr");
}

static void mount_proc(const struct world* world)
{
    try_mount(world, "proc", "proc", 0, "mount proc");
}

static void remount_root(const struct world* world)
{
    (void)world;
    judge(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL), "remount / writable");
}

/* In the machine's own mount namespace only what is no mount point: EINVAL instead of EPERM says that it may. */
static void unmount(const struct world* world)
{
    if (outside_namespace(world, "mnt")) {
        if (umount2(scratch(world, "mount"), MNT_DETACH) == 0 || errno == EINVAL)
            reached("umount2 in the machine's mount namespace");
        refused("umount2 in the machine's mount namespace");
    }
    static const char* const paths[] = {"/sys/fs/cgroup", "/tmp", "/dev/shm", "/run", "/proc/sys", "/proc"};
    int why = EPERM;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (umount2(paths[i], MNT_DETACH) == 0)
            reached("umount %s", paths[i]);
        why = errno;
    }
    errno = why;
    refused("umount2 of what covers");
}

static void open_tree_clone(const struct world* world)
{
    (void)world;
    judge(syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | AT_RECURSIVE), "open_tree(OPEN_TREE_CLONE)");
}

static void fsopen_tmpfs(const struct world* world)
{
    (void)world;
    judge(syscall(SYS_fsopen, "tmpfs", 0), "fsopen(tmpfs)");
}

static void set_mount_attributes(const struct world* world)
{
    if (outside_namespace(world, "mnt") && has_capability(21))
        reached("CAP_SYS_ADMIN in the machine's mount namespace");
    const struct mount_attr clear = {.attr_clr = MOUNT_ATTR_RDONLY};
    judge(syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &clear, sizeof clear), "mount_setattr(/, writable)");
}

static void pivot(const struct world* world)
{
    const char* point = scratch(world, "mount"); /* no mount point: EINVAL, for who may */
    if (syscall(SYS_pivot_root, point, point) == 0 || errno == EINVAL)
        reached("pivot_root");
    refused("pivot_root");
}

static void break_chroot(const struct world* world)
{
    if (chroot(scratch(world, "mount")) != 0)
        refused("chroot");
    for (int i = 0; i < 100; ++i)
        if (chdir("..") != 0)
            break;
    char path[LONGEST_TEXT + 16];
    snprintf(path, sizeof path, ".%s/canary", world->outside);
    if (try_open(path, O_WRONLY) == 0)
        reached("what is outside can be written after chroot");
    contained("chroot, and the box is still the same");
}

/* The old way out of containers: a handle of a file that no path leads to. Here of the canary, if it can be named at all. */
static void file_handle(const struct world* world)
{
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } buffer = {.handle.handle_bytes = MAX_HANDLE_SZ};
    int mount_id = 0;
    if (name_to_handle_at(AT_FDCWD, world->work, &buffer.handle, &mount_id, 0) != 0)
        refused("name_to_handle_at");
    const int directory = open(world->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    judge(open_by_handle_at(directory, &buffer.handle, O_RDONLY | O_CLOEXEC), "open_by_handle_at");
}

static void write_system(const struct world* world)
{
    static const char* const directories[] = {"/etc", "/usr", "/usr/bin", "/var/lib", "/opt", "/root", ""};
    char path[LONGEST_TEXT + 80];
    int why = EROFS;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; ++i) {
        snprintf(path, sizeof path, "%s/%s", directories[i], world->token);
        if (try_create(path, "x") == 0) {
            unlink(path);
            reached("%s was made", path);
        }
        why = errno;
    }
    errno = why;
    refused("a file in /etc, /usr, /var, /opt, /root and /");
}

static void write_outside(const struct world* world)
{
    char path[LONGEST_TEXT + 80];
    snprintf(path, sizeof path, "%s/%s", world->outside, world->token);
    judge(try_create(path, "x"), "a file beside the work tree");
}

static void write_canary(const struct world* world)
{
    char path[LONGEST_TEXT + 80];
    snprintf(path, sizeof path, "%s/canary", world->outside);
    judge(try_write(path, "broken"), "a file beside the work tree");
}

static void write_home(const struct world* world)
{
    char path[LONGEST_TEXT + 80];
    snprintf(path, sizeof path, "%s/.%s.written", world->home, world->token);
    if (try_create(path, "x") != 0)
        refused("%s", path);
    snprintf(path, sizeof path, "%s/.%s", world->home, world->token);
    if (access(path, F_OK) != 0)
        contained("it is not the user's own home");
    reached("a file in the user's home");
}

static void read_home(const struct world* world)
{
    char path[LONGEST_TEXT + 80];
    snprintf(path, sizeof path, "%s/.%s", world->home, world->token);
    judge(try_open(path, O_RDONLY), "a file in the user's home");
}

static void read_secrets(const struct world* world)
{
    static const char* const paths[] = {".ssh", ".gnupg", ".aws", ".netrc", ".docker", ".kube", ".config/gh"};
    char path[LONGEST_TEXT + 80];
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        snprintf(path, sizeof path, "%s/%s/%s", world->home, paths[i], world->token);
        if (try_open(path, O_RDONLY) == 0)
            reached("%s", path);
        why = errno;
    }
    errno = why;
    refused("keys in the user's home");
}

static void write_tmp(const struct world* world)
{
    char path[LONGEST_TEXT + 80];
    snprintf(path, sizeof path, "/tmp/%s.outside", world->token);
    const bool machines = access(path, F_OK) == 0;
    snprintf(path, sizeof path, "/tmp/%s.written", world->token);
    if (try_create(path, "x") != 0)
        refused("%s", path);
    if (machines)
        reached("%s, in the machine's /tmp", path);
    contained("%s, in a /tmp of its own", path);
}

const struct attack mount_attacks[] = {
    {"mount_tmpfs", mount_tmpfs, "mounts a tmpfs", true},
    {"mount_bind", mount_bind, "binds the root somewhere else", true},
    {"mount_proc", mount_proc, "mounts a /proc", true},
    {"remount_root", remount_root, "makes the root writable again", true},
    {"unmount", unmount, "unmounts what covers /sys/fs/cgroup, /tmp, /run", true},
    {"open_tree_clone", open_tree_clone, "open_tree(2) of a detached copy of the root", true},
    {"fsopen_tmpfs", fsopen_tmpfs, "fsopen(2)", true},
    {"set_mount_attributes", set_mount_attributes, "mount_setattr(2): makes everything writable", true},
    {"pivot", pivot, "pivot_root(2)", true},
    {"break_chroot", break_chroot, "chroot(2) and out of it again", true},
    {"file_handle", file_handle, "open_by_handle_at(2)", false},
    {"write_system", write_system, "makes files in /etc, /usr, /var, /opt, /root, /", true},
    {"write_outside", write_outside, "makes a file beside the work tree", false},
    {"write_canary", write_canary, "writes to a file beside the work tree", false},
    {"write_home", write_home, "makes a file in the user's home", false},
    {"read_home", read_home, "reads a file in the user's home", false},
    {"read_secrets", read_secrets, "reads .ssh, .gnupg, .aws, .netrc and others in the user's home", false},
    {"write_tmp", write_tmp, "makes a file in /tmp", false},
    {NULL, NULL, NULL, false},
};

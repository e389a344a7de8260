// Directories, files and mounts of the test's own mount namespace. Paths are the plan's; what it makes is empty and belongs to whoever
// hutch-init is.
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mount.h>

#include "init/syscalls.h"
#include "init/text.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace {

constexpr int detach_flag = 2; // MNT_DETACH

long existing_is_fine(long result)
{
    return result == -EEXIST ? 0 : result;
}

long mount_call(const char* source, const char* target, const char* type, std::uint64_t flags, const char* data)
{
    return raw_syscall(__NR_mount, as_word(source), as_word(target), as_word(type), static_cast<long>(flags),
                       as_word(data));
}

} // namespace

long make_dir(const Arguments& step)
{
    return existing_is_fine(raw_syscall(__NR_mkdirat, AT_FDCWD, as_word(step.first), static_cast<long>(step.number)));
}

long make_file(const Arguments& step)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const long fd = raw_syscall(__NR_openat, AT_FDCWD, as_word(step.first), flags, static_cast<long>(step.number));
    if (fd >= 0) {
        close(static_cast<int>(fd));
        return 0;
    }
    return existing_is_fine(fd);
}

long make_link(const Arguments& step)
{
    return existing_is_fine(raw_syscall(__NR_symlinkat, as_word(step.first), AT_FDCWD, as_word(step.second)));
}

long mount(const Arguments& step)
{
    const char* data = step.fourth[0] != '\0' ? step.fourth : nullptr;
    return mount_call(step.first, step.second, step.third, step.number, data);
}

long bind(const Arguments& step)
{
    return mount_call(step.first, step.second, nullptr, MS_BIND | (step.number != 0 ? MS_REC : 0), nullptr);
}

long set_propagation(const Arguments& step)
{
    return mount_call(nullptr, step.first, nullptr, MS_REC | step.number, nullptr);
}

/// Both roots in one place: the old one ends up on top of the new one, and is detached there (pivot_root(2), "Notes").
long pivot(const Arguments& step)
{
    long result = chdir(step.first);
    if (result >= 0) {
        result = raw_syscall(__NR_pivot_root, as_word("."), as_word("."));
    }
    if (result >= 0) {
        result = raw_syscall(__NR_umount2, as_word("."), detach_flag);
    }
    return result >= 0 ? chdir("/") : result;
}

long detach(const Arguments& step)
{
    return raw_syscall(__NR_umount2, as_word(step.first), detach_flag);
}

long write_file(const Arguments& step)
{
    const int fd = openat(AT_FDCWD, step.first, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return fd;
    }
    const long written = write(fd, step.second, length_of(step.second));
    close(fd);
    return written < 0 ? written : 0;
}

} // namespace hutch::init

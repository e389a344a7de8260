// Read-only, nosuid and the like for a mount, or for a whole tree of mounts. By mount_setattr(2), which touches nothing but the flags that
// are named; where the kernel (before 5.12) or a seccomp filter refuses it, mount by mount with MS_REMOUNT, which sets all of them anew: so
// those that a mount has are given again. (In a user namespace some are locked, and remounting without them is refused.)
#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/mount.h>

#include "init/syscalls.h"
#include "init/text.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace {

constexpr long at_recursive = 0x8000;
/// MS_* and MOUNT_ATTR_* have the same numbers for these.
constexpr std::uint64_t remountable = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

/// statfs(2)'s flags → those of mount(2).
std::uint64_t flags_of(const struct statfs& status)
{
    constexpr std::uint64_t same = remountable | MS_NOATIME | MS_NODIRATIME;
    constexpr std::uint64_t status_relatime = 4096;
    const auto flags = static_cast<std::uint64_t>(status.f_flags);
    return (flags & same) | ((flags & status_relatime) != 0 ? MS_RELATIME : 0);
}

long remount(const char* path, const Arguments& step)
{
    struct statfs status = {};
    const long known = raw_syscall(__NR_statfs, as_word(path), as_word(&status));
    if (known < 0) {
        return known;
    }
    const std::uint64_t flags = (flags_of(status) & ~step.other) | step.number;
    return raw_syscall(__NR_mount, 0, as_word(path), 0, static_cast<long>(MS_REMOUNT | MS_BIND | flags), 0);
}

bool is_at_or_below(const char* path, const char* top)
{
    std::size_t length = length_of(top);
    while (length > 0 && top[length - 1] == '/') {
        --length;
    }
    for (std::size_t index = 0; index < length; ++index) {
        if (path[index] != top[index]) {
            return false;
        }
    }
    return path[length] == '\0' || path[length] == '/';
}

/// /proc/self/mountinfo, from which the fifth word of each line is taken: where it is mounted. Blanks in it are written "\040".
///     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
class MountPoints {
  public:
    explicit MountPoints(int fd) : fd_(fd) {}

    /// Null at the end, or when a path does not fit.
    const char* next()
    {
        constexpr int mount_point = 4;
        int word = 0;
        size_ = 0;
        for (int letter = get(); letter >= 0; letter = get()) {
            if (letter == '\n') {
                path_[size_] = '\0';
                return path_;
            }
            if (letter == ' ') {
                ++word;
            } else if (word == mount_point && !put(letter == '\\' ? octal() : letter)) {
                return nullptr;
            }
        }
        return nullptr;
    }

  private:
    int get()
    {
        if (at_ == filled_) {
            at_ = 0;
            filled_ = read(fd_, buffer_, sizeof(buffer_));
        }
        return filled_ > 0 ? static_cast<unsigned char>(buffer_[at_++]) : -1;
    }
    int octal()
    {
        int value = 0;
        for (int digit = 0; digit < 3; ++digit) {
            value = value * 8 + (get() - '0');
        }
        return value;
    }
    bool put(int letter)
    {
        if (size_ + 1 == sizeof(path_)) {
            return false;
        }
        path_[size_++] = static_cast<char>(letter);
        return true;
    }

    int fd_;
    long at_ = 0, filled_ = 0;
    std::size_t size_ = 0;
    char buffer_[1024];
    char path_[4096];
};

long remount_tree(const Arguments& step)
{
    const int fd = openat(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fd;
    }
    long result = 0;
    MountPoints points(fd);
    for (const char* path = points.next(); path != nullptr && result >= 0; path = points.next()) {
        if (!is_at_or_below(path, step.first)) {
            continue;
        }
        result = remount(path, step);
        if (result == -ENOENT || result == -EACCES) {
            result = 0; // below something that was mounted over it: nobody gets there
        }
    }
    close(fd);
    return result;
}

} // namespace

long set_attributes(const Arguments& step)
{
    const mount_attr attributes = {step.number, step.other, 0, 0};
    const long result = raw_syscall(__NR_mount_setattr, AT_FDCWD, as_word(step.first),
                                    step.recursive ? at_recursive : 0, as_word(&attributes), sizeof(attributes));
    const bool refused = result == -ENOSYS || result == -EPERM;
    if (!refused || ((step.number | step.other) & ~remountable) != 0) {
        return result;
    }
    return step.recursive ? remount_tree(step) : remount(step.first, step);
}

} // namespace hutch::init

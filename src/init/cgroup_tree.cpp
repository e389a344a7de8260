// See cgroup_tree.h.
//
// cgroup.kill is asynchronous, and rmdir(2) right after it fails more often than not; after "populated 0" it does not.
// The kernel tells of a change of cgroup.events at most every 10 ms; should that be lost, we look every 50 ms.
#include "init/cgroup_tree.h"

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/signal.h>

#include "init/proc_stat.h"
#include "init/syscalls.h"
#include "init/text.h"

namespace hutch::init {

namespace {

constexpr std::int64_t look_again_ms = 50;
constexpr std::int64_t retry_ms = 5;
constexpr unsigned char is_directory = 4; // DT_DIR
constexpr unsigned levels_max = 16;       ///< a level costs about 4 KB of stack
constexpr int sigkill = 9;

int open_directory(CgroupAt cgroup)
{
    return openat(cgroup.directory, cgroup.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void pause_ms(std::int64_t milliseconds, PollFd* fds, unsigned count)
{
    ppoll(fds, count, {milliseconds / 1000, (milliseconds % 1000) * 1'000'000});
}

/// cgroup.events:
///     populated 1
///     frozen 0
/// A cgroup that is gone (ENODEV) has nothing alive in it.
bool is_populated(int events)
{
    char text[256];
    const long got = raw_syscall(__NR_pread64, events, as_word(text), sizeof(text) - 1, 0);
    if (got <= 0) {
        return false;
    }
    text[got] = '\0';
    constexpr char key[] = "populated ";
    constexpr std::size_t key_length = sizeof(key) - 1;
    for (const char* line = text; *line != '\0';) {
        if (__builtin_memcmp(line, key, key_length) == 0) {
            return line[key_length] != '0';
        }
        while (*line != '\0' && *line++ != '\n') {
        }
    }
    return false;
}

void write_kill(int cgroup)
{
    const int fd = openat(cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        write(fd, "1", 1);
        close(fd);
    }
}

/// What one look through a directory did: how many children it removed, and the name of one that could not be.
struct Sweep {
    unsigned removed = 0;
    bool has_child = false;
    char child[256];
};

/// `visit(name)` for each child cgroup: all directories of a cgroup are cgroups.
template <class Visit> void for_each_child(int cgroup, Visit visit)
{
    alignas(8) char buffer[2048];
    raw_syscall(__NR_lseek, cgroup, 0, 0);
    for (long got = getdents64(cgroup, buffer, sizeof(buffer)); got > 0;
         got = getdents64(cgroup, buffer, sizeof(buffer))) {
        for (long at = 0; at < got;) {
            const auto& entry = *reinterpret_cast<const DirectoryEntry*>(buffer + at);
            at += entry.size;
            if (entry.type == is_directory && !equal(entry.name, ".") && !equal(entry.name, "..")) {
                visit(entry.name);
            }
        }
    }
}

Sweep sweep_children(int directory)
{
    Sweep sweep;
    for_each_child(directory, [&](const char* name) {
        if (unlinkat(directory, name, AT_REMOVEDIR) == 0) {
            ++sweep.removed;
            return;
        }
        sweep.has_child = true;
        __builtin_memcpy(sweep.child, name, length_of(name) + 1); // NAME_MAX is 255
    });
    return sweep;
}

/// cgroup.kill signals first threads; one that has ended swallows it, and the others run on (kernel/cgroup/cgroup.c,
/// __cgroup_kill; seen on 6.18). pidfd_send_signal(2) is for the whole process.
void kill_spared(int cgroup)
{
    const int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    for_each_pid(fd, [](int pid) {
        const auto pidfd = static_cast<int>(raw_syscall(__NR_pidfd_open, pid, 0));
        if (pidfd < 0) {
            return;
        }
        if (read_stat(pid).state == 'Z') {
            raw_syscall(__NR_pidfd_send_signal, pidfd, sigkill, 0, 0);
        }
        close(pidfd);
    });
    close(fd);
}

/// kill_spared() for it and what is below it, as deep as our stack allows; remove_below() goes deeper.
void kill_spared_below(int cgroup, unsigned levels)
{
    kill_spared(cgroup);
    if (levels == 0) {
        return;
    }
    for_each_child(cgroup, [&](const char* name) {
        const int child = open_despite_mode({cgroup, name});
        if (child >= 0) {
            kill_spared_below(child, levels - 1);
            close(child);
        }
    });
}

enum class While { killing, waiting };

void until_empty(CgroupAt at, std::int64_t deadline, While how)
{
    const int cgroup = open_directory(at);
    if (cgroup < 0) {
        return;
    }
    const int events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
    for (bool first = true;; first = false) {
        if (how == While::killing) {
            write_kill(cgroup); // again each time: somebody of the same user may have been moved in
        }
        if (how == While::killing && !first) {
            kill_spared_below(cgroup, levels_max);
        }
        const std::int64_t left = deadline - monotonic_ms();
        if (!is_populated(events) || left <= 0) {
            break;
        }
        PollFd wait = {events, POLLPRI, 0};
        pause_ms(left < look_again_ms ? left : look_again_ms, &wait, 1);
    }
    close(events);
    close(cgroup);
}

/// Depth first without recursion: tests nest as deep as they like. "..", because a name would have to be remembered.
void remove_below(int top, std::int64_t deadline)
{
    int here = top;
    unsigned depth = 0;
    bool came_up = false;
    while (monotonic_ms() < deadline) {
        if (depth > 0) {
            kill_spared(here); // deeper than kill_until_empty() has looked
        }
        const Sweep sweep = sweep_children(here);
        if (sweep.has_child && came_up && sweep.removed == 0) {
            pause_ms(retry_ms, nullptr, 0); // its children are gone, and still it is busy
        }
        came_up = !sweep.has_child;
        if (!sweep.has_child && depth == 0) {
            break;
        }
        const int next = sweep.has_child ? open_despite_mode({here, sweep.child}) : open_directory({here, ".."});
        if (next == -ENOENT && sweep.has_child) {
            continue; // gone meanwhile
        }
        if (next < 0) {
            break;
        }
        depth += sweep.has_child ? 1U : ~0U;
        if (here != top) {
            close(here);
        }
        here = next;
    }
    if (here != top) {
        close(here);
    }
}

} // namespace

int open_despite_mode(CgroupAt cgroup)
{
    fchmodat(cgroup.directory, cgroup.name, 0700);
    return open_directory(cgroup);
}

void kill_until_empty(CgroupAt cgroup, std::int64_t deadline)
{
    until_empty(cgroup, deadline, While::killing);
}

void wait_until_empty(CgroupAt cgroup, std::int64_t deadline)
{
    until_empty(cgroup, deadline, While::waiting);
}

void remove_tree(CgroupAt cgroup, std::int64_t deadline)
{
    while (unlinkat(cgroup.directory, cgroup.name, AT_REMOVEDIR) == -EBUSY && monotonic_ms() < deadline) {
        const int top = open_directory(cgroup);
        if (top < 0) {
            return;
        }
        remove_below(top, deadline);
        close(top);
        if (unlinkat(cgroup.directory, cgroup.name, AT_REMOVEDIR) == 0) {
            return;
        }
        pause_ms(retry_ms, nullptr, 0);
    }
}

} // namespace hutch::init

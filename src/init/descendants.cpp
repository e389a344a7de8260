// See descendants.h.
//
// A number that was read from a file may belong to somebody else by the time it is used. So each process is pinned by a
// pidfd first, and is signalled through it only if its parent is then still the one that we have listed it under, or
// us.
#include "init/descendants.h"

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/wait.h>

#include "init/proc_stat.h"
#include "init/syscalls.h"
#include "init/text.h"

namespace hutch::init {

namespace {

constexpr int sigkill = 9;
constexpr int sigstop = 19;

enum class Found { elsewhere, at_rest, running };

/// How the process was found when it was signalled; `elsewhere`: it is gone, or the number is somebody else's now. A
/// zombie is signalled as well: it may be the dead first thread of a process whose other threads live.
Found signal_one(const Descendant& process, int signal)
{
    const auto pidfd = static_cast<int>(raw_syscall(__NR_pidfd_open, process.pid, 0));
    if (pidfd < 0) {
        return Found::elsewhere;
    }
    const Stat stat = read_stat(process.pid);
    const bool ours = stat.state != 'X' && (stat.parent == process.parent || stat.parent == getpid());
    if (ours) {
        raw_syscall(__NR_pidfd_send_signal, pidfd, signal, 0, 0);
    }
    close(pidfd);
    if (!ours) {
        return Found::elsewhere;
    }
    // D (a vfork parent, a hung disk) does not stop, but with the signal pending it does not fork either.
    const bool at_rest = stat.state == 'T' || stat.state == 't' || stat.state == 'Z' || stat.state == 'D';
    return at_rest ? Found::at_rest : Found::running;
}

/// Our child, dead or alive: waitid() knows no others.
bool is_our_child(int pid)
{
    constexpr int p_pid = 1;
    return raw_syscall(__NR_waitid, p_pid, pid, 0, WEXITED | WNOHANG | WNOWAIT | __WALL, 0) == 0;
}

/// `visit(entry)` for each entry of a directory; false when it cannot be opened.
template <class Visit> bool for_each_entry(const char* directory, Visit visit)
{
    const int fd = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    alignas(8) char buffer[2048];
    for (long got = getdents64(fd, buffer, sizeof(buffer)); got > 0; got = getdents64(fd, buffer, sizeof(buffer))) {
        for (long at = 0; at < got;) {
            const auto& entry = *reinterpret_cast<const DirectoryEntry*>(buffer + at);
            at += entry.size;
            visit(entry);
        }
    }
    close(fd);
    return true;
}

} // namespace

/// /proc/PID/task/TID/children: "4712 4713 4720 "
void Descendants::add_children_of(int pid, const char* file)
{
    const int fd = openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        readable_ = readable_ && pid != getpid();
        return;
    }
    for_each_pid(fd, [&](int child) {
        if (count_ < descendants_max) {
            entries_[count_++] = {.pid = child, .parent = pid};
        }
    });
    close(fd);
}

/// Each thread has children of its own.
void Descendants::add_children_of_threads(int pid)
{
    Path tasks("/proc/");
    (tasks += pid) += "/task/";
    for_each_entry(tasks.c_str(), [&](const DirectoryEntry& entry) {
        if (is_digit(entry.name[0])) {
            Path file = tasks;
            add_children_of(pid, ((file += entry.name) += "/children").c_str());
        }
    });
}

void Descendants::stop_all()
{
    count_ = 0;
    running_ = 0;
    add_children_of(getpid(), "/proc/thread-self/children");
    for (std::size_t next = 0; next < count_; ++next) {
        const Found found = signal_one(entries_[next], sigstop);
        if (found == Found::elsewhere) {
            continue;
        }
        running_ += found == Found::running ? 1 : 0;
        add_children_of_threads(entries_[next].pid);
    }
}

void Descendants::kill_all() const
{
    for (std::size_t index = 0; index < count_; ++index) {
        signal_one(entries_[index], sigkill);
    }
}

void kill_direct_children()
{
    for_each_entry("/proc", [](const DirectoryEntry& entry) {
        const int pid = parse_pid(entry.name);
        if (pid > 0 && is_our_child(pid)) {
            kill(pid, sigkill);
        }
    });
}

} // namespace hutch::init

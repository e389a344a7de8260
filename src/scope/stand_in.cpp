#include "scope/stand_in.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "kernel/pidfd.h"

namespace hutch::scope {

namespace {

/// So long it waits to be moved when the runner is gone. Not less: a stand-in that goes while its manager is about to move it is
/// what it was to prevent. By the clock, not by counting sleeps: on a busy machine these are as long as they like.
constexpr std::chrono::seconds patience{4};
constexpr int look_again_ms = 5;
constexpr char asked_for_it = 'a';

/// /proc/self/cgroup:
///     0::/user.slice/user-1000.slice/user@1000.service/app.slice/hutch-1f0c8a3e-4711-90125.scope
bool is_in(int cgroup_file, std::string_view unit)
{
    std::array<char, 8192> buffer;
    const ssize_t got = ::pread(cgroup_file, buffer.data(), buffer.size(), 0);
    const std::string_view text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    const std::size_t at = text.find(unit);
    return at != std::string_view::npos && at > 0 && text[at - 1] == '/';
}

/// What the stand-in has open, by number, and nothing else of the runner's: who reads hutch's output or waits for its lock sees the
/// runner's end.
constexpr int runner_fd = 0, cgroup_fd = 1, bus_fd = 2;

void keep_only(int runner, int bus)
{
    const int cgroup = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    const std::array kept = {fcntl(runner, F_DUPFD, 10), fcntl(cgroup, F_DUPFD, 10), fcntl(bus, F_DUPFD, 10)};
    dup2(kept[0], runner_fd);
    dup2(kept[1], cgroup_fd);
    dup2(kept[2], bus_fd);
    syscall(SYS_close_range, bus_fd + 1, ~0U, 0);
}

/// Neither a signal nor the end of a session or process group ends it. No heap: a copy of the runner is not to be trusted with more
/// than system calls.
[[noreturn]] void stand_in(int runner, int bus, std::string_view unit)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    setsid();
    prctl(PR_SET_NAME, "hutch-stand-in");
    keep_only(runner, bus);

    bool asked = false;
    char byte = 0;
    for (ssize_t got = 1; got > 0 || (got < 0 && errno == EINTR);) {
        got = read(runner_fd, &byte, 1);
        asked |= got == 1 && byte == asked_for_it;
    }
    // No event tells of a move between cgroups.
    const auto deadline = base::Deadline::after(patience);
    while (asked && !is_in(cgroup_fd, unit) && !deadline.passed()) {
        poll(nullptr, 0, look_again_ms);
    }
    _exit(0);
}

} // namespace

Result<StandIn> StandIn::start(const std::string& unit, base::BorrowedFd bus)
{
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe2");
    }
    const base::UniqueFd theirs(ends[0]);
    base::UniqueFd ours(ends[1]);
    const pid_t pid = fork();
    if (pid == 0) {
        stand_in(theirs.get(), bus.get(), unit);
    }
    if (pid < 0) {
        return system_error("fork");
    }
    auto pidfd = kernel::open_pidfd(pid);
    if (!pidfd) {
        return std::unexpected(std::move(pidfd.error())); // it sees the end of the pipe
    }
    return StandIn(pid, std::move(*pidfd), std::move(ours));
}

Result<void> StandIn::about_to_ask()
{
    return write(runner_.get(), &asked_for_it, 1) == 1 ? Result<void>{} : system_error("tell the stand-in");
}

StandIn::~StandIn()
{
    (void)dismiss();
}

Result<void> StandIn::dismiss()
{
    if (!pidfd_.valid()) {
        return {};
    }
    const base::UniqueFd pidfd = std::move(pidfd_);
    runner_.reset();
    (void)kernel::send_signal(pidfd, SIGKILL);
    const auto reaped = kernel::reap_within(pidfd, std::chrono::seconds(1));
    return reaped ? Result<void>{} : std::unexpected(reaped.error());
}

} // namespace hutch::scope

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

/// So long it waits to be moved when the runner is gone. A call that was not sent moves nobody, nor one that the manager refuses because
/// its caller is gone; and a manager that needs longer finds neither of the two, and gives the unit up by itself. By the clock, not
/// by counting sleeps: on a busy machine these are as long as they like.
constexpr std::chrono::milliseconds patience{600};
constexpr int look_again_ms = 5;

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

/// Neither a signal nor the end of a session or process group ends it, and it holds nothing of the runner's open but the pipe and
/// /proc/self/cgroup: who reads hutch's output or waits for its lock sees the runner's end. No heap: a copy of the runner is not to be
/// trusted with more than system calls.
[[noreturn]] void stand_in(int runner, std::string_view unit)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    setsid();
    prctl(PR_SET_NAME, "hutch-stand-in");
    constexpr int runner_fd = 0, cgroup_fd = 1;
    dup2(runner, runner_fd);
    close(cgroup_fd);
    const int cgroup = open("/proc/self/cgroup", O_RDONLY); // the lowest number that is free
    syscall(SYS_close_range, cgroup_fd + 1, ~0U, 0);

    char byte = 0;
    while (read(runner_fd, &byte, 1) < 0 && errno == EINTR) {
    }
    // No event tells of a move between cgroups.
    const auto deadline = base::Deadline::after(patience);
    while (cgroup == cgroup_fd && !is_in(cgroup, unit) && !deadline.passed()) {
        poll(nullptr, 0, look_again_ms);
    }
    _exit(0);
}

} // namespace

Result<StandIn> StandIn::start(const std::string& unit)
{
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe2");
    }
    const base::UniqueFd theirs(ends[0]);
    base::UniqueFd ours(ends[1]);
    const pid_t pid = fork();
    if (pid == 0) {
        stand_in(theirs.get(), unit);
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

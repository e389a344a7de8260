// Pidfd system calls that glibc 2.36 has no complete wrappers for.
#include "kernel/pidfd.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/clock.h"

namespace hutch::kernel {

namespace {

constexpr int wait_for_pidfd = 3; // P_PIDFD, which older headers lack

ExitStatus exit_status(const siginfo_t& info)
{
    ExitStatus status;
    if (info.si_code == CLD_EXITED) {
        status.code = info.si_status;
    } else {
        status.signal = info.si_status;
        status.core_dumped = info.si_code == CLD_DUMPED;
    }
    return status;
}

Microseconds microseconds(const timeval& time)
{
    return std::chrono::seconds(time.tv_sec) + Microseconds(time.tv_usec);
}

} // namespace

Result<base::UniqueFd> open_pidfd(int pid)
{
    base::UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd.valid()) {
        return system_error(fmt::format("pidfd_open {}", pid));
    }
    return fd;
}

Result<void> send_signal(base::BorrowedFd pidfd, int signal)
{
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0) {
        return system_error(fmt::format("pidfd_send_signal {}", signal));
    }
    return {};
}

Result<std::optional<Reaped>> reap(base::BorrowedFd pidfd)
{
    siginfo_t info{};
    rusage usage{};
    long waited = -1;
    do { // the system call, unlike waitid(3), has a fifth argument
        waited = ::syscall(SYS_waitid, wait_for_pidfd, pidfd.get(), &info, WEXITED | WNOHANG, &usage);
    } while (waited < 0 && errno == EINTR);
    if (waited < 0) {
        return system_error("waitid of a child");
    }
    if (info.si_pid == 0) {
        return std::nullopt;
    }
    return Reaped{exit_status(info), microseconds(usage.ru_utime), microseconds(usage.ru_stime),
                  static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

Result<std::optional<Reaped>> reap_within(base::BorrowedFd pidfd, Milliseconds patience)
{
    const auto deadline = base::Deadline::after(patience);
    while (true) {
        auto reaped = reap(pidfd);
        if (!reaped || *reaped || deadline.passed()) {
            return reaped;
        }
        pollfd waiting{pidfd.get(), POLLIN, 0};
        if (::poll(&waiting, 1, deadline.poll_timeout()) < 0 && errno != EINTR) {
            return system_error("poll a pidfd");
        }
    }
}

} // namespace hutch::kernel

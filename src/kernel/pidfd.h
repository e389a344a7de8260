// A process as its pidfd: opened, signalled, reaped. Never addresses a process by number once there is a pidfd
// (numbers are used again).
#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/evidence.h"
#include "hutch/units.h"

namespace hutch::kernel {

/// pidfd_open(2), 5.3. Code ESRCH: no such process.
Result<base::UniqueFd> open_pidfd(int pid);

/// pidfd_send_signal(2). Code ESRCH: it has been reaped (a zombie takes signals without effect).
Result<void> send_signal(base::BorrowedFd pidfd, int signal);

/// A reaped child: how it ended, and what it and the children that it waited for had used.
struct Reaped {
    ExitStatus status;
    Microseconds user{0}, system{0};
    std::uint64_t max_rss_bytes = 0; ///< of the largest single process
};

/// waitid(P_PIDFD, WEXITED|WNOHANG), 5.4: reaps our child. Unset while it runs. Code ECHILD: not our child, or reaped
/// already.
Result<std::optional<Reaped>> reap(base::BorrowedFd pidfd);

/// As reap(), but waits up to `patience` by poll(2) on the pidfd.
Result<std::optional<Reaped>> reap_within(base::BorrowedFd pidfd, Milliseconds patience);

} // namespace hutch::kernel

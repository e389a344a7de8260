// The runner's side of a filter's listener (seccomp_unotify(2)): which calls wait for an answer, and the answer. Mechanism only.
//
// A listener tells of calls, it does not decide about them: what it is told may have changed by the time it is read, and every call is
// refused here, whatever it is. Nothing blocks: SECCOMP_IOCTL_NOTIF_RECV does, also on a descriptor with O_NONBLOCK, so it is called only
// when poll(2) has just seen a call; what dies in between is ENOENT, not a wait.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::kernel {

/// A call that waits.
struct CallNotice {
    std::uint64_t id = 0;
    int pid = 0; ///< of the thread that calls, in our PID namespace; 0: not visible there
    int number = 0;
    std::array<std::uint64_t, 6> arguments{};
};

/// The next call that waits; unset: none does. Error: no listener, or one that nobody can read.
Result<std::optional<CallNotice>> next_notice(base::BorrowedFd listener);

/// Whether the caller still waits: what was read about `pid` before this is about the caller.
bool still_waits(base::BorrowedFd listener, std::uint64_t id);

/// Answers `code` (EPERM). A caller that is gone meanwhile is no error.
Result<void> refuse(base::BorrowedFd listener, std::uint64_t id, int code);

/// The kernel's structures fit into ours (SECCOMP_GET_NOTIF_SIZES).
bool notices_are_readable();

} // namespace hutch::kernel

// Rules about system calls → a seccomp program, as bytes: compiled once for a policy, loaded by every test's hutch-init. The
// table of calls is compiled by libseccomp (a binary tree); before it stands a short part of our own for what libseccomp cannot say:
// calls that are younger than this program, and rules about arguments, which are more exact than rules about calls.
//
// Always, whatever the rules: another architecture's calls kill the process, so do x32's on x86_64; a call with a number above
// highest_call() is ENOSYS, as on an older kernel; clone3 and openat2, where they are denied, are ENOSYS, too, so that
// libraries take clone and openat, which can be judged.
//
// Pure: nothing here asks the kernel. kernel/seccomp_probe.h says what a kernel can load.
#pragma once

#include <cstdint>
#include <memory>

#include "hutch/error.h"
#include "hutch/policy.h"
#include "kernel/call_table.h"
#include "kernel/setup.h"

namespace hutch::kernel {

/// What the kernel at hand can do; by default everything.
struct FilterSupport {
    bool filter = true; ///< any filter can be loaded
    bool listener =
        true; ///< SECCOMP_RET_USER_NOTIF with SECCOMP_FILTER_FLAG_NEW_LISTENER (5.0), not taken by an outer filter
    bool wait_killable = true; ///< SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (5.19)
};

struct CallFilter {
    Bpf program;
    bool listens = false;    ///< Denial::notify, and there is somebody to notify: a listener is to be sent
    std::uint64_t flags = 0; ///< SECCOMP_FILTER_FLAG_* for seccomp(2): Op::filter's number
    std::shared_ptr<const CallTable> table; ///< what it was made from: tells which rule denied a call
};

/// Without `support.listener`, Denial::notify is compiled as Denial::errno_only: the test sees the same, the runner nothing.
/// Errors: those of resolve_calls(); libseccomp's.
Result<CallFilter> compile_filter(const SyscallRules& rules, const FilterSupport& support = {});

} // namespace hutch::kernel

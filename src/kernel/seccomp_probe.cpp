#include "kernel/seccomp_probe.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/pidfd.h"
#include "kernel/seccomp_listener.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) // 5.19
#endif

namespace hutch::kernel {

namespace {

struct Attempt {
    unsigned long flags = 0;
    int code = 0; ///< errno of the child
};

/// Runs in a child that shares our memory: system calls only. What it loads is its own.
int load(void* argument)
{
    auto& attempt = *static_cast<Attempt*>(argument);
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog program{.len = 1, .filter = &allow};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, attempt.flags, &program) < 0) {
        attempt.code = errno;
    }
    return 0;
}

/// The errno of loading a filter with these flags; 0: it was loaded.
Result<int> errno_of_loading(const CloneStack& stack, unsigned long flags)
{
    // The child may be killed for trying (a container's filter): then nothing is written, and the default stays.
    Attempt attempt{.flags = flags};
    const auto child = clone_vfork(stack, {}, load, &attempt);
    if (!child) {
        return std::unexpected(child.error());
    }
    const auto reaped = reap_within(child->pidfd, std::chrono::seconds(2));
    if (!reaped) {
        return std::unexpected(reaped.error());
    }
    const bool died = !*reaped || (*reaped)->status.signal;
    return died ? EPERM : attempt.code;
}

} // namespace

Result<SeccompFacts> probe_seccomp(const CloneStack& stack)
{
    SeccompFacts facts;
    const auto killable =
        errno_of_loading(stack, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    if (!killable) {
        return std::unexpected(killable.error());
    }
    facts.support.wait_killable = *killable == 0;
    if (*killable != 0) {
        const auto listener = errno_of_loading(stack, SECCOMP_FILTER_FLAG_NEW_LISTENER);
        const auto plain = errno_of_loading(stack, 0);
        if (!listener || !plain) {
            return std::unexpected(listener ? plain.error() : listener.error());
        }
        facts.listener_errno = *listener;
        facts.filter_errno = *plain;
    }
    if (facts.listener_errno == 0 && !notices_are_readable()) {
        facts.listener_errno = ENOTSUP;
    }
    facts.support.filter = facts.filter_errno == 0;
    facts.support.listener = facts.listener_errno == 0;
    return facts;
}

} // namespace hutch::kernel

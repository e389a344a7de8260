// One child that exits at once.
#include "kernel/birth_probe.h"

#include <csignal>

#include "kernel/pidfd.h"

namespace hutch::kernel {

Result<Birth> probe_birth(const CloneStack& stack, const CgroupDir& cgroup)
{
    const auto child = clone_vfork(
        stack, {.cgroup = cgroup.fd()}, [](void*) { return 0; }, nullptr);
    if (!child) {
        return std::unexpected(child.error());
    }
    const auto reaped = reap_within(child->pidfd, std::chrono::seconds(2));
    if (!reaped) {
        return std::unexpected(reaped.error());
    }
    if (!*reaped) { // frozen: the vfork would not have returned; so a signal is on its way
        (void)send_signal(child->pidfd, SIGKILL);
        (void)reap_within(child->pidfd, std::chrono::seconds(2));
        return plain_error("probe " + cgroup.path() + ": a child neither exits nor dies");
    }
    return (*reaped)->status.signal == SIGKILL ? Birth::killed : Birth::lives;
}

} // namespace hutch::kernel

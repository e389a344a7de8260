#include "scope/orphans.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <vector>

#include "kernel/pidfd.h"
#include "kernel/process.h"
#include "scope/run_of_process.h"

namespace hutch::scope {

namespace {

std::vector<int> orphans_of(const RunId& id, std::span<const int> inits, EnvironmentReader& environment)
{
    std::vector<int> children = kernel::children_of(getpid());
    std::erase_if(children, [&](int pid) {
        if (std::ranges::find(inits, pid) != inits.end()) {
            return true;
        }
        const auto stat = kernel::process_stat(pid);
        // A zombie has no environment any more. It is somebody else's to reap: a held hutch-init, the warden.
        return !stat || stat->is_zombie() || environment.run_of(pid) != id;
    });
    return children;
}

/// Our own child, so the number cannot be used again before we reap it.
void end_child(int pid)
{
    const auto pidfd = kernel::open_pidfd(pid);
    if (pidfd && kernel::send_signal(*pidfd, SIGKILL)) {
        (void)kernel::reap_within(*pidfd,
                                  std::chrono::seconds(1)); // what is stuck in the kernel stays: nobody waits for it
    }
}

} // namespace

Result<void> adopt_orphans()
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1L) == 0 ? Result<void>{} : system_error("prctl PR_SET_CHILD_SUBREAPER");
}

void end_orphans(const RunId& id, std::span<const int> inits)
{
    // The children of one that is killed become ours in turn: the next round finds them.
    constexpr int rounds = 64;
    EnvironmentReader environment;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<int> orphans = orphans_of(id, inits, environment);
        if (orphans.empty()) {
            return;
        }
        std::ranges::for_each(orphans, end_child);
    }
}

} // namespace hutch::scope

// See kill_below.h.
//
// As PID 1 of a namespace: kill(-1), which is the whole namespace but us, in one step that no fork escapes.
//
// As a subreaper there is no such step, and killing what one sees only makes room: a fork bomb that has hit its limit
// (pids.max, RLIMIT_NPROC) forks anew for each process that dies (measured: 298 of 298 were there after five seconds of
// that). So everything is stopped first, keeping its place, until a pass finds nobody running; then all are killed. The
// orphans of the dead become our children, and the next round finds them.
#include "init/kill_below.h"

#include <asm/errno.h>
#include <linux/poll.h>
#include <linux/wait.h>

#include "init/descendants.h"
#include "init/syscalls.h"

namespace hutch::init {

namespace {

constexpr int first_process = 1;
constexpr int sigkill = 9;
constexpr int most_urgent = -20;
constexpr std::int64_t patience_ms = 5000;
constexpr std::int64_t round_ms = 20;     ///< SIGCHLD wakes us earlier; this is for what no signal tells
constexpr std::int64_t stopping_ms = 500; ///< who has not stopped by then is killed all the same

void kill_round()
{
    if (getpid() == first_process) {
        kill(-1, sigkill);
        return;
    }
    const std::int64_t until = monotonic_ms() + stopping_ms;
    Descendants below;
    do {
        below.stop_all();
    } while (!below.all_stopped() && monotonic_ms() < until);
    below.kill_all();
    if (!below.readable()) {
        kill_direct_children();
    }
}

/// False: no child is left.
bool reap_the_dead()
{
    for (;;) {
        const int pid = wait_any(nullptr, WNOHANG | __WALL);
        if (pid == 0) {
            return true;
        }
        if (pid == -ECHILD) {
            return false;
        }
    }
}

} // namespace

void drain_signals(int child_signals)
{
    char buffer[512];
    while (read(child_signals, buffer, sizeof(buffer)) > 0) {
    }
}

void kill_below(int child_signals)
{
    set_nice(most_urgent); // where we may: among hundreds of running processes our turn comes late
    const std::int64_t deadline = monotonic_ms() + patience_ms;
    while (reap_the_dead()) {
        drain_signals(child_signals);
        kill_round();
        if (!reap_the_dead() || monotonic_ms() >= deadline) {
            return;
        }
        PollFd wait = {child_signals, POLLIN, 0};
        ppoll(&wait, 1, {0, round_ms * 1'000'000});
    }
}

} // namespace hutch::init

// The part of the sweep that knows processes: those of runs without cgroups, by the environment that they were
// started with.
#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "kernel/pidfd.h"
#include "kernel/process.h"
#include "scope/run_id.h"
#include "scope/run_of_process.h"
#include "scope/sweep.h"

namespace hutch::scope {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

/// All that may be ours: root sees all, others their own.
std::vector<int> candidates()
{
    std::vector<int> pids;
    const std::unique_ptr<DIR, CloseDirectory> proc(opendir("/proc"));
    while (const dirent* entry = proc ? readdir(proc.get()) : nullptr) {
        const auto pid = base::parse_uint64(entry->d_name);
        struct stat status = {};
        if (pid && fstatat(dirfd(proc.get()), entry->d_name, &status, 0) == 0 &&
            (geteuid() == 0 || status.st_uid == geteuid())) {
            pids.push_back(static_cast<int>(*pid));
        }
    }
    return pids;
}

/// We and those whom we descend from: a shell that a test left and somebody now works in starts no sweep against
/// itself.
std::set<int> own_line()
{
    std::set<int> line;
    for (int pid = getpid(); pid > 0 && line.insert(pid).second;) {
        const auto stat = kernel::process_stat(pid);
        pid = stat ? stat->ppid : 0;
    }
    return line;
}

/// In the PID namespace of a test, where hutch-init is process 1, whoever runs that test is not to be seen, and so looks
/// dead: a hutch in there must not end what the test has beside it.
bool is_of_our_own_run(EnvironmentReader& environment, const RunId& id)
{
    if (!kernel::process_name(1).value_or("").starts_with("hutch-init")) {
        return false;
    }
    const auto own = environment.run_of(getpid());
    return !own || own->text() == id.text();
}

bool is_of_dead_run(EnvironmentReader& environment, int pid)
{
    const auto id = environment.run_of(pid);
    return id && !owner_alive(*id) && !is_of_our_own_run(environment, *id);
}

/// Unset: dead, or gone by itself.
std::optional<std::string> end(base::BorrowedFd pidfd, Microseconds patience)
{
    if (const auto sent = kernel::send_signal(pidfd, SIGKILL); !sent && sent.error().code != ESRCH) {
        return sent.error().message;
    }
    const auto deadline = base::Deadline::after(patience);
    pollfd ended = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    while (poll(&ended, 1, deadline.poll_timeout()) != 1) {
        if (deadline.passed()) {
            return "does not die";
        }
    }
    return std::nullopt;
}

/// One walk over all processes, but for those in `tried`: what is stuck in the kernel is waited for once. How many were found.
std::size_t sweep_round(EnvironmentReader& environment, const std::set<int>& spared, std::set<int>& tried,
                        Microseconds patience, SweepReport& report)
{
    std::size_t found = 0;
    for (const int pid : candidates()) {
        if (tried.contains(pid) || !is_of_dead_run(environment, pid)) {
            continue;
        }
        const auto leak = kernel::describe_process(pid);
        const std::string what = fmt::format("process {} ({})", pid, leak ? leak->cmdline : "");
        if (spared.contains(pid)) {
            tried.insert(pid);
            report.left.push_back({.what = what, .why = "we descend from it"});
            continue;
        }
        const auto pidfd = kernel::open_pidfd(pid);
        if (!pidfd || !is_of_dead_run(environment, pid)) {
            continue; // gone; the number may be somebody else's by now
        }
        ++found;
        if (auto why = end(*pidfd, patience)) {
            tried.insert(pid);
            report.left.push_back({.what = what, .why = std::move(*why)});
        } else {
            report.swept.push_back(what);
        }
    }
    return found;
}

} // namespace

SweepReport sweep_processes(Microseconds patience)
{
    constexpr int rounds = 8; // what is killed may have forked a moment before
    EnvironmentReader environment;
    const std::set<int> spared = own_line();
    std::set<int> tried;
    SweepReport report;
    for (int round = 0; round < rounds && sweep_round(environment, spared, tried, patience, report) > 0; ++round) {
    }
    return report;
}

} // namespace hutch::scope

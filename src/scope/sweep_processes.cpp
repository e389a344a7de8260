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

bool is_of_dead_run(EnvironmentReader& environment, int pid)
{
    const auto id = environment.run_of(pid);
    return id && !owner_alive(*id);
}

/// Unset: dead, or gone by itself.
std::optional<std::string> end(base::BorrowedFd pidfd)
{
    if (const auto sent = kernel::send_signal(pidfd, SIGKILL); !sent && sent.error().code != ESRCH) {
        return sent.error().message;
    }
    const auto deadline = base::Deadline::after(std::chrono::seconds(5));
    pollfd ended = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    while (poll(&ended, 1, deadline.poll_timeout()) != 1) {
        if (deadline.passed()) {
            return "did not die within 5 s";
        }
    }
    return std::nullopt;
}

/// One walk over all processes. How many were found.
std::size_t sweep_round(EnvironmentReader& environment, const std::set<int>& spared, SweepReport& report)
{
    std::size_t found = 0;
    for (const int pid : candidates()) {
        if (!is_of_dead_run(environment, pid)) {
            continue;
        }
        const auto leak = kernel::describe_process(pid);
        const std::string what = fmt::format("process {} ({})", pid, leak ? leak->cmdline : "");
        if (spared.contains(pid)) {
            report.left.push_back({.what = what, .why = "we descend from it"});
            continue;
        }
        const auto pidfd = kernel::open_pidfd(pid);
        if (!pidfd || !is_of_dead_run(environment, pid)) {
            continue; // gone; the number may be somebody else's by now
        }
        ++found;
        if (auto why = end(*pidfd)) {
            report.left.push_back({.what = what, .why = std::move(*why)});
        } else {
            report.swept.push_back(what);
        }
    }
    return found;
}

} // namespace

SweepReport sweep_processes()
{
    constexpr int rounds = 8; // what is killed may have forked a moment before
    EnvironmentReader environment;
    const std::set<int> spared = own_line();
    SweepReport report;
    for (int round = 0; round < rounds; ++round) {
        report.left.clear();
        if (sweep_round(environment, spared, report) == 0) {
            break;
        }
    }
    return report;
}

} // namespace hutch::scope

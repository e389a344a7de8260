#include "scope/tree_manager.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <set>
#include <utility>

#include "kernel/pidfd.h"
#include "kernel/process.h"
#include "scope/leaf_files.h"
#include "scope/members.h"
#include "scope/orphans.h"
#include "scope/usage_reader.h"

namespace hutch::scope {

namespace {

/// The parent of `pid`, and so on, up to `ancestor` or to the root of all; unset where a link went away while it was
/// followed.
std::optional<bool> follow_parents(int pid, int ancestor)
{
    constexpr int deepest = 4096;
    for (int step = 0; step < deepest && pid > 1; ++step) {
        const auto stat = kernel::process_stat(pid);
        if (!stat) {
            return std::nullopt;
        }
        if (stat->ppid == ancestor) {
            return true;
        }
        pid = stat->ppid;
    }
    return false;
}

/// Whether `pid` is below `ancestor`. A parent that is reaped meanwhile breaks the chain, and the kernel has already
/// given its children to the nearest subreaper above: from there it holds again.
bool is_below(int pid, int ancestor)
{
    constexpr int tries = 16;
    for (int attempt = 0; attempt < tries; ++attempt) {
        if (const auto below = follow_parents(pid, ancestor)) {
            return *below;
        }
        if (!kernel::process_stat(pid)) {
            return false; // gone itself
        }
    }
    return false;
}

Result<void> signal_below(int init, const std::vector<int>& pids, int signal)
{
    return signal_each(pids, signal, [init](int pid) { return is_below(pid, init); });
}

/// A process with a pending SIGKILL forks no more, so each round can only find what was forked before the one before
/// it; after two rounds without a new process there is none. Bounded, because a listing may always miss one.
Result<void> kill_below(int init)
{
    constexpr int rounds = 64;
    std::set<int> seen;
    Result<void> result;
    for (int round = 0, quiet = 0; round < rounds && quiet < 2; ++round) {
        std::vector<int> pids = live_only(kernel::descendants_of(init));
        std::ranges::reverse(pids); // children first, while their parents still prove whose they are
        const std::size_t before = seen.size();
        seen.insert(pids.begin(), pids.end());
        quiet = seen.size() == before ? quiet + 1 : 0;
        result = signal_below(init, pids, SIGKILL);
    }
    return result;
}

} // namespace

TreeManager::TreeManager(RunId id, Namespaces namespaces, std::vector<Capability> capabilities)
    : id_(std::move(id)), namespaces_(std::move(namespaces)), capabilities_(std::move(capabilities))
{
    if (!namespaces_.pid) {
        (void)adopt_orphans(); // without it they are found by the next sweep
    }
}

std::string TreeManager::describe() const
{
    return fmt::format("rung 5: no cgroup, {}",
                       namespaces_.pid ? "a PID namespace for each test" : "process trees below a subreaper");
}

Result<Scope> TreeManager::create(std::string_view name)
{
    Scope scope;
    scope.name = name;
    scope.path = "a process tree that is not yet started";
    return scope;
}

Place TreeManager::place(const Scope&) const
{
    return {.stay = true, .may_leave = false, .pid_namespace = namespaces_.pid, .user_namespace = namespaces_.pid && namespaces_.user};
}

void TreeManager::admit(Scope& scope, int pid, const Limits& limits, Admitted done)
{
    auto pidfd = kernel::open_pidfd(pid);
    if (!pidfd) {
        return done(std::unexpected(std::move(pidfd.error())));
    }
    scope.init_pid = pid;
    scope.init_pidfd = std::move(*pidfd);
    scope.path = fmt::format("pid {} and below", pid);
    inits_.push_back(pid);
    Enforced enforced;
    for (const Resource resource : limited(limits)) {
        enforced.set(resource, enforcer_of(resource, LeafFiles{}));
    }
    done(enforced);
}

Result<std::vector<int>> TreeManager::members(const Scope& scope) const
{
    return scope.init_pid == 0 ? std::vector<int>{} : live_only(kernel::descendants_of(scope.init_pid));
}

Result<bool> TreeManager::populated(const Scope& scope) const
{
    pollfd ended = {.fd = scope.init_pidfd.get(), .events = POLLIN, .revents = 0};
    const bool has_ended = scope.init_pid == 0 || poll(&ended, 1, 0) == 1; // readable: a zombie, or reaped
    return !has_ended;
}

Result<void> TreeManager::kill(Scope& scope)
{
    if (scope.init_pid == 0 || !populated(scope).value_or(false)) {
        return {};
    }
    if (++scope.kills == 1) {
        return kill_below(scope.init_pid);
    }
    // Stopped first: what its end would orphan has to be found below it, and nothing new may come.
    (void)kernel::send_signal(scope.init_pidfd, SIGSTOP);
    auto killed = kill_below(scope.init_pid);
    auto ended = kernel::send_signal(scope.init_pidfd, SIGKILL);
    return ended || ended.error().code == ESRCH ? std::move(killed) : std::move(ended);
}

Sample TreeManager::sample(Scope& scope) const
{
    if (scope.init_pid == 0) {
        return {};
    }
    std::vector<int> tree = kernel::descendants_of(scope.init_pid);
    const std::vector<int> live = live_only(tree);
    tree.push_back(scope.init_pid); // it has the time of all whom it has reaped, and zombies have their own
    const Sample sample{.memory_bytes = resident_sum(live), .processes = live.size(), .cpu_usec = cpu_sum(tree)};
    scope.memory_peak_sampled = std::max(scope.memory_peak_sampled, sample.memory_bytes.value_or(0));
    scope.pids_peak_sampled = std::max(scope.pids_peak_sampled, *sample.processes);
    return sample;
}

void TreeManager::collect(const Scope& scope, Evidence& evidence) const
{
    // CPU time is what hutch-init has reaped, and is in the evidence already.
    evidence.usage = with_samples(evidence.usage, scope.memory_peak_sampled, scope.pids_peak_sampled);
}

Result<void> TreeManager::remove(Scope& scope)
{
    if (populated(scope).value_or(false)) {
        return plain_error(
            fmt::format("{}: hutch-init has not ended: {}", scope.path, kernel::describe_stuck(scope.init_pid)));
    }
    std::erase(inits_, scope.init_pid);
    return close();
}

Result<void> TreeManager::freeze_all(bool frozen)
{
    Result<void> result;
    for (const int init : inits_) {
        auto sent = signal_below(init, live_only(kernel::descendants_of(init)), frozen ? SIGSTOP : SIGCONT);
        if (!sent) {
            result = std::move(sent);
        }
    }
    return result;
}

void TreeManager::kill_all()
{
    for (const int init : inits_) {
        (void)kill_below(init); // a panic has nobody to tell
    }
}

Result<void> TreeManager::close()
{
    if (!namespaces_.pid) {
        end_orphans(id_, inits_);
    }
    return {};
}

} // namespace hutch::scope

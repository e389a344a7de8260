#include "scope/cgroupfs_manager.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "kernel/cgroup_files.h"
#include "scope/leaf.h"
#include "scope/members.h"
#include "scope/tampering.h"
#include "scope/usage_reader.h"

namespace hutch::scope {

CgroupfsManager::CgroupfsManager(RunNode node, LeafFiles files, Rung rung)
    : node_(std::move(node)), limits_(files), enclosing_(EnclosingOom::above(node_.tests())), rung_(std::move(rung)),
      last_stalls_(machine_stalls_.read())
{}

Result<Scope> CgroupfsManager::create(std::string_view name)
{
    auto dir = node_.tests().make_child(name);
    if (!dir) {
        return std::unexpected(std::move(dir.error()));
    }
    auto events = dir->open_file("cgroup.events", O_RDONLY);
    if (!events) {
        (void)node_.tests().remove_child(name);
        return std::unexpected(std::move(events.error()));
    }
    Scope scope;
    scope.name = name;
    scope.path = dir->path();
    scope.dir = std::move(*dir);
    scope.events = std::move(*events);
    scope.enclosing_oom = enclosing_.total();
    scope.machine_stalls = last_stalls_;
    return scope;
}

Place CgroupfsManager::place(const Scope& scope) const
{
    return {.cgroup = scope.dir->fd()};
}

void CgroupfsManager::admit(Scope& scope, int pid, const Limits& limits, Admitted done)
{
    scope.init_pid = pid;
    const Limits written = scope.init_stays ? with_room_for_init(limits) : limits;
    auto enforced = limits_.write(*scope.dir, written);
    remember_limits(scope, written, limits_.files());
    done(std::move(enforced));
}

bool CgroupfsManager::admits_empty(const Limits& limits) const
{
    constexpr Bytes room_to_exec = Bytes{32} << 20; // argument vector and environment can be some megabytes
    const LeafFiles& files = limits_.files();
    const bool tight = limits.memory_max && files.memory_max && limits.memory_max->value < room_to_exec;
    const bool slow = (limits.memory_high && files.memory_high) || (limits.cpus && files.cpu_max && limits.cpus->value < 1) ||
                      (limits.io && files.io_max);
    return !tight && !slow;
}

Result<std::vector<int>> CgroupfsManager::members(const Scope& scope) const
{
    auto pids = scope.dir->processes_below();
    if (pids && scope.init_stays) {
        std::erase(*pids, scope.init_pid);
    }
    return pids ? live_only(std::move(*pids)) : std::move(pids);
}

Result<bool> CgroupfsManager::populated(const Scope& scope) const
{
    std::array<char, 256> buffer;
    const auto text = base::reread_into(scope.events, buffer);
    if (!text) {
        return system_error("read cgroup.events of " + scope.path);
    }
    const auto events = kernel::parse_cgroup_events(*text);
    return events ? Result<bool>(events->populated) : std::unexpected(events.error());
}

std::optional<base::BorrowedFd> CgroupfsManager::events_fd(const Scope& scope) const
{
    return base::BorrowedFd(scope.events);
}

Result<void> CgroupfsManager::kill(Scope& scope)
{
    return kill_node(*scope.dir);
}

/// cgroup.kill, or before 5.14: freeze, so that nothing forks meanwhile, signal each one, thaw; the signals are
/// pending then.
Result<void> CgroupfsManager::kill_node(const kernel::CgroupDir& dir) const
{
    if (limits_.files().kill) {
        return dir.kill();
    }
    (void)dir.freeze(true);
    const auto pids = dir.processes_below();
    auto killed = pids ? signal_each(*pids, SIGKILL,
                                     [&](int pid) {
                                         const auto now = dir.processes_below();
                                         return now && std::ranges::find(*now, pid) != now->end();
                                     })
                       : std::unexpected(pids.error());
    (void)dir.freeze(false);
    return killed;
}

Sample CgroupfsManager::sample(Scope& scope) const
{
    Sample sample = sample_leaf(scope, limits_.files());
    if (scope.init_stays) {
        sample.processes = without_init(sample.processes);
    }
    return sample;
}

void CgroupfsManager::collect(const Scope& scope, Evidence& evidence) const
{
    last_stalls_ = machine_stalls_.read();
    Usage quiet;
    const LeafFiles files = without_quiet(limits_.files(), scope.machine_stalls, last_stalls_, quiet);
    Figures figures = read_figures(*scope.dir, files);
    figures.usage.memory_stall_usec = quiet.memory_stall_usec ? quiet.memory_stall_usec : figures.usage.memory_stall_usec;
    figures.usage.io_stall_usec = quiet.io_stall_usec ? quiet.io_stall_usec : figures.usage.io_stall_usec;
    fill_evidence(scope, std::move(figures), enclosing_, evidence);
    note_tampering(scope, evidence);
    if (scope.init_stays) {
        evidence.usage.pids_peak = without_init(evidence.usage.pids_peak);
    }
}

Result<void> CgroupfsManager::remove(Scope& scope)
{
    return node_.tests().remove_tree(scope.name);
}

Result<void> CgroupfsManager::freeze_all(bool frozen)
{
    return node_.tests().freeze(frozen);
}

void CgroupfsManager::kill_all()
{
    (void)kill_node(node_.tests()); // a panic has nobody to tell; what is left is found by members() and remove()
}

Result<void> CgroupfsManager::close()
{
    return node_.take_down();
}

} // namespace hutch::scope

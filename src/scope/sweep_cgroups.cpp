// The part of the sweep that knows cgroups.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/clock.h"
#include "kernel/cgroup_dir.h"
#include "scope/members.h"
#include "scope/run_id.h"
#include "scope/sweep.h"
#include "scope/sweep_rules.h"
#include "sd/bus.h"
#include "sd/transient_unit.h"

namespace hutch::scope {

namespace {

/// Kills all that is in `cgroup` and waits until it is empty.
Result<void> empty_out(const kernel::CgroupDir& cgroup, Microseconds patience)
{
    const auto events = cgroup.open_file("cgroup.events", O_RDONLY);
    if (!events) {
        return std::unexpected(events.error());
    }
    const auto deadline = base::Deadline::after(patience);
    for (;;) {
        // cgroup.kill is since 5.14. Written anew in each round: what was born frozen or moved in meanwhile dies as
        // well.
        if (auto killed = cgroup.kill(); !killed && killed.error().code != ENOENT) {
            return killed;
        }
        const auto populated = cgroup.populated();
        if (!populated || !*populated) {
            return populated ? Result<void>{} : std::unexpected(populated.error());
        }
        if (deadline.passed()) {
            return plain_error("its processes do not die");
        }
        // The kernel notifies at most every 10 ms, and the change may have come before we waited.
        pollfd changed = {.fd = events->get(), .events = POLLPRI, .revents = 0};
        (void)poll(&changed, 1, std::min(deadline.poll_timeout(), 50));
    }
}

bool is_unit(const std::string& name)
{
    return name.ends_with(".scope") || name.ends_with(".slice");
}

bool is_gone_within(const kernel::CgroupDir& parent, const std::string& name, Microseconds patience)
{
    const auto deadline = base::Deadline::after(patience);
    while (parent.has(name.c_str())) {
        if (deadline.passed()) {
            return false;
        }
        poll(nullptr, 0, 10); // the removal of a directory is no event of a descriptor that we hold
    }
    return true;
}

/// A unit's cgroup is for its manager to remove, which looks when the last process is gone. If it is taken away before that, the unit
/// stays "running" for ever, and the next daemon-reload makes its cgroup anew (systemd 252). So the manager is given a moment;
/// then it is told to stop the unit, for there are units that it does not know to be empty (stand_in.h). What is still there
/// after that is of no manager that we can reach.
void leave_to_manager(const kernel::CgroupDir& parent, const std::string& name)
{
    constexpr Microseconds a_moment = std::chrono::seconds(1);
    if (is_gone_within(parent, name, a_moment)) {
        return;
    }
    auto bus = sd::Bus::open(geteuid() == 0 ? sd::Instance::system : sd::Instance::user);
    if (bus && sd::Units(std::move(*bus)).stop(name)) {
        (void)is_gone_within(parent, name, std::chrono::milliseconds(100));
    }
}

std::optional<std::string> reason_of_members(const std::vector<int>& pids)
{
    if (std::ranges::find(pids, 0) != pids.end()) {
        return "has processes of another PID namespace";
    }
    if (std::ranges::find(pids, getpid()) != pids.end()) {
        return "we are in it ourselves";
    }
    return std::nullopt;
}

void sweep_one(const kernel::CgroupDir& parent, const std::string& name, Microseconds patience, SweepReport& report)
{
    const auto leave = [&](std::string why) {
        report.left.push_back({.what = fmt::format("cgroup {}/{}", parent.path(), name), .why = std::move(why)});
    };
    const auto cgroup = parent.open_child(name);
    if (!cgroup) {
        return cgroup.error().code == ENOENT ? void() : leave(cgroup.error().message);
    }
    if (auto why = reason_to_leave(cgroup->fd())) {
        return leave(std::move(*why));
    }
    const auto pids = cgroup->processes_below();
    if (!pids) {
        return leave(pids.error().message);
    }
    if (auto why = reason_of_members(*pids)) {
        return leave(std::move(*why));
    }
    auto emptied = pids->empty() ? Result<void>{} : empty_out(*cgroup, patience);
    if (emptied && is_unit(name)) {
        leave_to_manager(parent, name);
    }
    if (emptied) {
        emptied = parent.remove_tree(name);
    }
    if (!emptied && emptied.error().code != ENOENT && emptied.error().code != ENODEV) { // systemd was faster
        return leave(emptied.error().message);
    }
    report.swept.push_back(fmt::format("cgroup {}: {} processes killed", cgroup->path(), pids->size()));
}

void sweep_below(const kernel::CgroupDir& parent, bool deep, int depth, SweepReport& report)
{
    constexpr int deepest = 64;
    for (const std::string& name : parent.children()) {
        const auto id = run_id_in_name(name);
        if (id && !owner_alive(*id)) {
            sweep_one(parent, name, deep ? patience_of_clean : patience_at_start, report);
        } else if (deep && depth < deepest) {
            if (const auto child = parent.open_child(name)) {
                sweep_below(*child, deep, depth + 1, report);
            }
        }
    }
}

} // namespace

SweepReport sweep_cgroups(const std::vector<std::string>& parents, bool deep)
{
    SweepReport report;
    for (const std::string& path : parents) {
        if (const auto parent = kernel::CgroupDir::open(path)) {
            sweep_below(*parent, deep, 0, report);
        }
    }
    return report;
}

} // namespace hutch::scope

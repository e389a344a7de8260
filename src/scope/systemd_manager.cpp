#include "scope/systemd_manager.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "kernel/cgroup_files.h"
#include "kernel/pidfd.h"
#include "scope/leaf.h"
#include "scope/tampering.h"
#include "scope/members.h"
#include "scope/systemd_cgroup.h"
#include "scope/systemd_limits.h"

namespace hutch::scope {

namespace {

/// A cgroup that was removed while its files were open.
bool is_gone(const Error& error)
{
    return error.code == ENODEV || error.code == ENOENT;
}

bool is_there(const Scope& scope)
{
    return scope.dir->populated().has_value();
}

} // namespace

Result<std::unique_ptr<SystemdManager>> SystemdManager::open(Parts parts, const RunId& id, sd::EventLoop& loop)
{
    if (!parts.files.kill) {
        return plain_error("a systemd scope for every test needs cgroup.kill (Linux 5.14)");
    }
    const std::string slice = id.slice_name();
    auto started =
        parts.units.start(sd::slice_unit(slice, fmt::format("Tests of hutch run {}", id.text()), id.scope_name()));
    if (!started) {
        return std::unexpected(std::move(started.error()));
    }
    const auto group = parts.units.control_group(slice);
    auto dir = group ? open_control_group(*group) : std::unexpected(group.error());
    auto attached = dir ? parts.units.attach(loop) : Result<void>(std::unexpected(dir.error()));
    if (!attached) {
        (void)parts.units.stop(slice);
        return std::unexpected(std::move(attached.error()));
    }
    return std::unique_ptr<SystemdManager>(new SystemdManager(std::move(parts), id, std::move(*dir), loop));
}

SystemdManager::SystemdManager(Parts parts, const RunId& id, kernel::CgroupDir slice, sd::EventLoop& loop)
    : loop_(loop), node_(std::move(parts.node)), limits_(parts.files), capabilities_(std::move(parts.capabilities)),
      run_name_(id.node_name()), slice_name_(id.slice_name()), slice_(std::move(slice)),
      enclosing_(EnclosingOom::above(slice_)), units_(std::move(parts.units))
{}

std::string SystemdManager::describe() const
{
    return fmt::format("rung 2: a scope for every test in {} ({})", slice_name_, to_string(units_.bus().instance()));
}

std::string SystemdManager::unit_of(std::string_view name) const
{
    return fmt::format("{}-{}.scope", run_name_, name);
}

Result<Scope> SystemdManager::create(std::string_view name)
{
    Scope scope;
    scope.name = name;
    scope.path = unit_of(name);
    scope.enclosing_oom = enclosing_.total();
    return scope;
}

Place SystemdManager::place(const Scope&) const
{
    return {.cgroup = {}, .stay = true, .may_leave = false}; // with its last process the unit goes, and all its figures
}

void SystemdManager::admit(Scope& scope, int pid, const Limits& limits, Admitted done)
{
    scope.init_pid = pid;
    auto pidfd = kernel::open_pidfd(pid);
    if (!pidfd) {
        return done(std::unexpected(std::move(pidfd.error())));
    }
    scope.init_pidfd = std::move(*pidfd);
    const auto asked = unit_limits(limits, limits_);
    if (!asked) {
        return done(std::unexpected(asked.error()));
    }
    const std::string name = scope.name;
    admissions_.insert_or_assign(name, Admission{.scope = &scope, .limits = limits, .done = std::move(done)});
    // No stop timeout to speak of: when systemd stops a test, the run is over.
    units_.start_async(sd::scope_unit({.unit = unit_of(name),
                                       .description = fmt::format("hutch test {}", name),
                                       .pids = {static_cast<std::uint32_t>(pid)},
                                       .slice = slice_name_,
                                       .stop_timeout = std::chrono::milliseconds(100),
                                       .limits = *asked}),
                       [this, name](Result<void> started) { on_started(name, std::move(started)); });
}

void SystemdManager::on_started(const std::string& name, Result<void> started)
{
    const auto found = admissions_.find(name);
    if (found == admissions_.end()) {
        return; // removed meanwhile
    }
    Admission& admission = found->second;
    const Admitted done = std::exchange(admission.done, nullptr);
    auto admitted = started ? take_over(admission) : Result<Enforced>(std::unexpected(std::move(started.error())));
    done(std::move(admitted));
}

/// The scope is there: what was asked for is read back before anything is released.
Result<Enforced> SystemdManager::take_over(Admission& admission)
{
    Scope& scope = *admission.scope;
    auto dir = open_unit_of(scope.init_pid, unit_of(scope.name));
    if (!dir) {
        return std::unexpected(std::move(dir.error()));
    }
    auto events = dir->open_file("cgroup.events", O_RDONLY);
    if (!events) {
        return std::unexpected(std::move(events.error()));
    }
    scope.path = dir->path();
    scope.dir = std::move(*dir);
    scope.events = std::move(*events);
    auto checked = check_unit_limits(*scope.dir, admission.limits, limits_);
    if (!checked) {
        return checked;
    }
    remember_limits(scope, with_room_for_init(admission.limits), limits_.files());
    if (auto watched = watch_oom(scope.name, admission); !watched) {
        return std::unexpected(std::move(watched.error()));
    }
    return checked;
}

/// memory.events.local changes before the OOM killer kills, and what is killed takes a while to go.
Result<void> SystemdManager::watch_oom(const std::string& name, Admission& admission)
{
    if (!limits_.files().memory_events_local) {
        return {};
    }
    auto file = admission.scope->dir->open_file("memory.events.local", O_RDONLY);
    if (!file) {
        return std::unexpected(std::move(file.error()));
    }
    // Read once, or the first look reports a change already.
    std::array<char, 512> buffer;
    (void)base::reread_into(*file, buffer);
    auto watch = loop_.on_fd(*file, EPOLLPRI, [this, name](std::uint32_t) {
        if (const auto found = admissions_.find(name); found != admissions_.end()) {
            keep_figures(found->second);
        }
    });
    if (!watch) {
        return std::unexpected(std::move(watch.error()));
    }
    admission.oom_file = std::move(*file);
    admission.oom = std::move(*watch);
    return {};
}

/// Reads the figures if there still are any. A cgroup that goes away in the middle leaves what was kept before.
void SystemdManager::keep_figures(Admission& admission)
{
    Scope& scope = *admission.scope;
    std::array<char, 512> buffer;
    if (admission.oom && !base::reread_into(admission.oom_file, buffer)) {
        admission.oom.reset(); // removed: the descriptor would report that for ever
        admission.oom_file.reset();
    }
    if (!scope.dir) {
        return;
    }
    Figures figures = read_figures(*scope.dir, limits_.files());
    if (is_there(scope)) {
        scope.last_usage = figures.usage;
        admission.kept = std::move(figures);
    }
}

Result<std::vector<int>> SystemdManager::members(const Scope& scope) const
{
    if (!scope.dir) {
        return std::vector<int>{};
    }
    auto pids = scope.dir->processes_below();
    if (!pids) {
        return is_gone(pids.error()) ? std::vector<int>{} : pids;
    }
    std::erase(*pids, scope.init_pid);
    return live_only(std::move(*pids));
}

Result<bool> SystemdManager::populated(const Scope& scope) const
{
    if (!scope.dir) {
        return scope.init_pidfd.valid() && !live_only({scope.init_pid}).empty();
    }
    auto populated = scope.dir->populated();
    return !populated && is_gone(populated.error()) ? false : populated;
}

std::optional<base::BorrowedFd> SystemdManager::events_fd(const Scope& scope) const
{
    return scope.events.valid() ? std::optional<base::BorrowedFd>(scope.events) : std::nullopt;
}

Result<void> SystemdManager::kill(Scope& scope)
{
    if (!scope.dir) {
        // Not there yet: hutch-init is all there is, held in the runner's own cgroup or just being moved.
        if (!scope.init_pidfd.valid()) {
            return {};
        }
        auto killed = kernel::send_signal(scope.init_pidfd, SIGKILL);
        return !killed && killed.error().code == ESRCH ? Result<void>{} : killed;
    }
    if (const auto found = admissions_.find(scope.name); found != admissions_.end()) {
        keep_figures(found->second);
        found->second.killed = true;
    }
    auto killed = scope.dir->kill();
    return !killed && is_gone(killed.error()) ? Result<void>{} : killed;
}

Sample SystemdManager::sample(Scope& scope) const
{
    if (!scope.dir) {
        return {};
    }
    Sample sample = sample_leaf(scope, limits_.files());
    sample.processes = without_init(sample.processes);
    return sample;
}

void SystemdManager::collect(const Scope& scope, Evidence& evidence) const
{
    if (scope.dir) {
        fill_evidence(scope, last_figures(scope), enclosing_, evidence);
        note_tampering(scope, evidence);
        evidence.usage.pids_peak = without_init(evidence.usage.pids_peak);
    }
}

Figures SystemdManager::last_figures(const Scope& scope) const
{
    Figures fresh = read_figures(*scope.dir, limits_.files());
    const auto found = admissions_.find(scope.name);
    if (found == admissions_.end() || is_there(scope)) {
        return fresh;
    }
    const Admission& admission = found->second;
    Figures last = admission.kept.value_or(Figures{});
    if (const std::uint64_t lost = admission.killed ? 0 : unclaimed_oom(scope.name); lost > 0) {
        OomFacts& oom = last.oom ? *last.oom : last.oom.emplace();
        oom.own_oom = std::max(oom.own_oom, lost);
        oom.own_oom_kill = std::max<std::uint64_t>(oom.own_oom_kill, 1);
    }
    return last;
}

/// OOM events of the slice that are nobody's but this scope's: its own counter may have been read before the event (the
/// kernel reports at most one change in 10 ms) or not at all, but a slice's memory.events add up those of all scopes,
/// and stay.
std::uint64_t SystemdManager::unclaimed_oom(const std::string& name) const
{
    std::uint64_t claimed = settled_oom_;
    bool alone = true;
    for (const auto& [other, admission] : admissions_) {
        if (other == name || !admission.scope->dir) {
            continue;
        }
        const bool there = is_there(*admission.scope);
        alone = alone && (there || admission.killed);
        const auto own =
            there ? read_figures(*admission.scope->dir, limits_.files()).oom : admission.kept.value_or(Figures{}).oom;
        claimed += own ? own->own_oom : 0;
    }
    const std::uint64_t all = slice_oom();
    const std::uint64_t rest = all > claimed ? all - claimed : 0;
    return alone ? rest : std::min<std::uint64_t>(rest, 1);
}

std::uint64_t SystemdManager::slice_oom() const
{
    std::array<char, 512> buffer;
    const auto text = slice_.read_into("memory.events", buffer);
    const auto events = text ? kernel::parse_memory_events(*text) : Result<kernel::MemoryEvents>();
    return events ? events->oom : 0;
}

Result<void> SystemdManager::remove(Scope& scope)
{
    if (scope.dir) {
        const auto oom = last_figures(scope).oom;
        settled_oom_ += oom ? oom->own_oom : 0;
    }
    admissions_.erase(scope.name);
    if (!scope.dir) {
        return {};
    }
    const auto still_there = populated(scope);
    if (still_there && *still_there) {
        return plain_error(fmt::format("remove {}: there are processes left in it", scope.path));
    }
    // What the test made below; systemd would do it as well, but from the outside and later.
    for (const std::string& child : scope.dir->children()) {
        (void)scope.dir->remove_tree(child);
    }
    return {};
}

Result<void> SystemdManager::freeze_all(bool frozen)
{
    return slice_.freeze(frozen);
}

void SystemdManager::kill_all()
{
    (void)slice_.kill(); // a panic has nobody to tell; what is left is found by members() and close()
}

Result<void> SystemdManager::close()
{
    admissions_.clear();
    // With the slice all scopes in it are stopped that systemd has not collected yet.
    auto stopped = units_.stop(slice_name_);
    if (!stopped) {
        return stopped;
    }
    if (const auto left = slice_.populated()) {
        return plain_error(fmt::format("stop {}: its cgroup is still there", slice_name_));
    }
    return node_.take_down();
}

} // namespace hutch::scope

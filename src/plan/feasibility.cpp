// See feasibility.h.
#include "plan/feasibility.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::plan
{
namespace
{

std::string io_words(const std::vector<IoLimit>& disks)
{
    std::vector<std::string> words;
    for (const IoLimit& disk : disks) {
        const auto add = [&](std::string_view key, const std::optional<std::uint64_t>& rate) {
            if (rate) {
                words.push_back(fmt::format("{}={}", key, *rate));
            }
        };
        add("rbps", disk.rbps);
        add("wbps", disk.wbps);
        add("riops", disk.riops);
        add("wiops", disk.wiops);
        if (!disk.path.empty()) {
            words.push_back(fmt::format("on {}", disk.path));
        }
    }
    return base::join(words, " ");
}

/// "memory 64 MB": a limit that is set, with its value.
std::string in_words(const Limits& limits, Resource resource)
{
    const auto value = [&]() -> std::string {
        switch (resource) {
        case Resource::memory:
            return format_bytes(limits.memory_max->value);
        case Resource::memory_high:
            return format_bytes(limits.memory_high->value);
        case Resource::cpu:
            return fmt::format("{}", limits.cpus->value);
        case Resource::cpu_weight:
            return fmt::format("{}", limits.cpu_weight->value);
        case Resource::cpu_time:
            return format_duration(limits.cpu_time->value);
        case Resource::pids:
            return fmt::format("{}", limits.pids_max->value);
        case Resource::io:
            return io_words(limits.io->value);
        case Resource::wall:
            return format_duration(limits.wall->value);
        case Resource::open_files:
            return fmt::format("{}", limits.open_files->value);
        case Resource::core_size:
            return format_bytes(limits.core_size->value);
        case Resource::file_size:
            return format_bytes(limits.file_size->value);
        }
        return {};
    };
    return fmt::format("{} {}", to_string(resource), value());
}

/// Who holds this by design on every machine; unset: only a cgroup can.
std::optional<Enforcer> held_by_design(Resource resource)
{
    switch (resource) {
    case Resource::cpu_time:
    case Resource::wall:
        return Enforcer::watchdog;
    case Resource::open_files:
    case Resource::core_size:
    case Resource::file_size:
        return Enforcer::rlimit;
    default:
        return std::nullopt;
    }
}

bool is_enforced(const Capability& capability)
{
    if (held_by_design(capability.resource)) {
        return capability.enforcer != Enforcer::none;
    }
    return capability.enforcer == Enforcer::cgroup;
}

/// Things and why, those with the same reason together: "cpu, io (no controllers), pids (not delegated)".
class Grouped
{
  public:
    void add(std::string thing, std::string_view reason)
    {
        auto group = std::ranges::find(groups_, reason, &Group::reason);
        if (group == groups_.end()) {
            group = groups_.insert(groups_.end(), Group{std::string(reason), {}});
        }
        group->things.push_back(std::move(thing));
    }
    bool empty() const { return groups_.empty(); }
    std::string text() const
    {
        std::vector<std::string> parts;
        for (const Group& group : groups_) {
            const std::string things = base::join(group.things, ", ");
            parts.push_back(group.reason.empty() ? things : fmt::format("{} ({})", things, group.reason));
        }
        return base::join(parts, ", ");
    }

  private:
    struct Group {
        std::string reason;
        std::vector<std::string> things;
    };
    std::vector<Group> groups_;
};

Capability capability_of(const Machine& machine, Resource resource)
{
    const auto found = std::ranges::find(machine.capabilities, resource, &Capability::resource);
    if (found != machine.capabilities.end()) {
        return *found;
    }
    return {.resource = resource,
            .enforcer = held_by_design(resource).value_or(Enforcer::none),
            .found_by = "nothing is known of it here",
            .remedy = {}};
}

/// The limits that may not degrade and are not held: one Error for all of them.
std::optional<Error> refusal(const Limits& wanted, const Machine& machine, Isolation isolation)
{
    Grouped refused;
    std::vector<std::string> remedies;
    for (const Resource resource : limited(wanted)) {
        const Capability capability = capability_of(machine, resource);
        const bool strict = isolation == Isolation::required || asked_for(wanted, resource);
        if (!strict || is_enforced(capability)) {
            continue;
        }
        refused.add(in_words(wanted, resource), capability.found_by);
        if (!capability.remedy.empty() && std::ranges::find(remedies, capability.remedy) == remedies.end()) {
            remedies.push_back(capability.remedy);
        }
    }
    if (refused.empty()) {
        return std::nullopt;
    }
    remedies.emplace_back("or let it degrade: --isolation=if-available");
    return Error{.message = fmt::format("the kernel cannot enforce here: {}", refused.text()),
                 .hint = base::join(remedies, "\n")};
}

/// One sentence for all that is weaker than wanted: "not enforced here: cpu, io (no controllers); memory, pids by
/// watchdog".
std::optional<std::string> degradation(const Grouped& dropped, const Grouped& weaker)
{
    if (dropped.empty()) {
        return weaker.empty() ? std::nullopt
                              : std::optional(fmt::format("not enforced by the kernel here: {}", weaker.text()));
    }
    return fmt::format("not enforced here: {}{}{}", dropped.text(), weaker.empty() ? "" : "; ", weaker.text());
}

Feasible degrade(const Limits& wanted, const Machine& machine)
{
    Feasible result{.limits = wanted, .unenforced = {}, .notices = {}};
    Grouped dropped;
    std::vector<std::pair<Enforcer, std::vector<std::string>>> by;
    for (const Resource resource : limited(wanted)) {
        const Capability capability = capability_of(machine, resource);
        if (is_enforced(capability)) {
            continue;
        }
        if (capability.enforcer == Enforcer::none) {
            dropped.add(std::string(to_string(resource)), capability.found_by);
            result.limits = without(std::move(result.limits), resource);
            result.unenforced.push_back(resource);
            continue;
        }
        auto group = std::ranges::find(by, capability.enforcer, [](const auto& each) { return each.first; });
        if (group == by.end()) {
            group = by.insert(by.end(), {capability.enforcer, {}});
        }
        group->second.emplace_back(to_string(resource));
    }
    Grouped weaker;
    for (const auto& [enforcer, names] : by) {
        weaker.add(fmt::format("{} by {}", base::join(names, ", "), to_string(enforcer)), "");
    }
    if (auto notice = degradation(dropped, weaker)) {
        result.notices.push_back(*std::move(notice));
    }
    return result;
}

/// --isolation=off.
Feasible only_the_wall_clock(const Limits& wanted)
{
    Feasible result{.limits = wanted, .unenforced = {}, .notices = {}};
    std::vector<std::string_view> asked;
    for (const Resource resource : limited(wanted)) {
        if (resource == Resource::wall) {
            continue;
        }
        result.limits = without(std::move(result.limits), resource);
        result.unenforced.push_back(resource);
        if (asked_for(wanted, resource)) {
            asked.push_back(to_string(resource));
        }
    }
    if (!asked.empty()) {
        result.notices.push_back(fmt::format("not enforced with --isolation=off: {}", base::join(asked, ", ")));
    }
    return result;
}

/// A hard rlimit that is lower than the limit holds already, and only a privileged process could raise it.
void lower(Feasible& feasible, std::optional<Setting<std::uint64_t>> Limits::*limit, Resource resource,
           std::optional<std::uint64_t> ceiling)
{
    auto& setting = feasible.limits.*limit;
    if (setting && ceiling && setting->value > *ceiling) {
        setting->value = *ceiling;
        feasible.notices.push_back(
            fmt::format("{}: {} here, this session's hard limit, which is lower than the limit wanted",
                        to_string(resource), *ceiling));
    }
}

} // namespace

Limits without(Limits limits, Resource resource)
{
    switch (resource) {
    case Resource::memory:
        limits.memory_max.reset();
        break;
    case Resource::memory_high:
        limits.memory_high.reset();
        break;
    case Resource::cpu:
        limits.cpus.reset();
        break;
    case Resource::cpu_weight:
        limits.cpu_weight.reset();
        break;
    case Resource::cpu_time:
        limits.cpu_time.reset();
        break;
    case Resource::pids:
        limits.pids_max.reset();
        break;
    case Resource::io:
        limits.io.reset();
        break;
    case Resource::wall:
        limits.wall.reset();
        break;
    case Resource::open_files:
        limits.open_files.reset();
        break;
    case Resource::core_size:
        limits.core_size.reset();
        break;
    case Resource::file_size:
        limits.file_size.reset();
        break;
    }
    return limits;
}

Result<Feasible> feasible(const Limits& wanted, const Machine& machine, Isolation isolation)
{
    if (isolation == Isolation::off) {
        return only_the_wall_clock(wanted);
    }
    if (isolation != Isolation::if_available) {
        if (auto error = refusal(wanted, machine, isolation)) {
            return std::unexpected(*std::move(error));
        }
    }
    Feasible result = degrade(wanted, machine);
    lower(result, &Limits::open_files, Resource::open_files, machine.ceilings.open_files);
    lower(result, &Limits::core_size, Resource::core_size, machine.ceilings.core_size);
    lower(result, &Limits::file_size, Resource::file_size, machine.ceilings.file_size);
    return result;
}

} // namespace hutch::plan

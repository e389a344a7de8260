#include "scope/controllers.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/text.h"

namespace hutch::scope {

namespace {

constexpr const char* subtree_control = "cgroup.subtree_control";

ControllerState enable(std::string_view name, std::span<const kernel::CgroupDir* const> levels)
{
    const std::string value = fmt::format("+{}", name);
    for (const kernel::CgroupDir* level : levels) {
        if (const auto written = level->write(subtree_control, value); !written) {
            return {.name = std::string(name), .enabled = false, .found_by = written.error().message};
        }
    }
    return {.name = std::string(name),
            .enabled = true,
            .found_by = fmt::format("wrote {} to {} of {}", value, subtree_control, levels.back()->path())};
}

} // namespace

std::vector<ControllerState> no_controllers(std::string_view found_by)
{
    std::vector<ControllerState> none;
    for (const std::string_view name : wanted_controllers) {
        none.push_back({.name = std::string(name), .enabled = false, .found_by = std::string(found_by)});
    }
    return none;
}

std::vector<ControllerState> enable_controllers(std::span<const kernel::CgroupDir* const> levels)
{
    std::vector<ControllerState> states;
    for (const std::string_view name : wanted_controllers) {
        states.push_back(enable(name, levels));
    }
    return states;
}

std::vector<std::string> available_controllers(const kernel::CgroupDir& cgroup)
{
    const auto text = cgroup.read("cgroup.controllers");
    std::vector<std::string> available;
    for (const std::string_view word : base::words(text ? std::string_view(*text) : std::string_view{})) {
        if (std::ranges::find(wanted_controllers, word) != wanted_controllers.end()) {
            available.emplace_back(word);
        }
    }
    return available;
}

Result<void> disable_controllers(const kernel::CgroupDir& cgroup)
{
    const auto text = cgroup.read(subtree_control);
    if (!text) {
        return std::unexpected(text.error());
    }
    for (const std::string_view word : base::words(*text)) {
        if (auto written = cgroup.write(subtree_control, fmt::format("-{}", word)); !written) {
            return written;
        }
    }
    return {};
}

bool any_enabled(std::span<const ControllerState> controllers)
{
    return std::ranges::any_of(controllers, &ControllerState::enabled);
}

std::string_view controller_of(Resource resource)
{
    switch (resource) {
    case Resource::memory:
    case Resource::memory_high:
        return "memory";
    case Resource::cpu:
    case Resource::cpu_weight:
        return "cpu";
    case Resource::pids:
        return "pids";
    case Resource::io:
        return "io";
    default:
        return "";
    }
}

} // namespace hutch::scope

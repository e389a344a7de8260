#include "scope/capabilities.h"

#include <fmt/format.h>

#include <algorithm>

#include "scope/remedies.h"

namespace hutch::scope {

namespace {

/// What limits without a controller stand on; no machine is without it.
std::string_view always_there(Resource resource)
{
    switch (resource) {
    case Resource::wall:
        return "the runner's timer";
    case Resource::cpu_time:
        return "the runner's watch over cpu.stat or the process tree";
    default:
        return "setrlimit(2), for each process";
    }
}

Capability without_controller(Resource resource)
{
    return {.resource = resource,
            .enforcer = enforcer_of(resource, LeafFiles{}),
            .found_by = std::string(always_there(resource)),
            .remedy = ""};
}

Capability with_controller(Resource resource, const LeafFiles& files, const ControllerState& controller,
                           const Machine& machine)
{
    Capability capability{
        .resource = resource, .enforcer = enforcer_of(resource, files), .found_by = controller.found_by, .remedy = ""};
    if (capability.enforcer == Enforcer::cgroup) {
        return capability;
    }
    if (controller.enabled) {
        capability.found_by += fmt::format(", but this kernel has no {}", deciding_file(resource));
    } else {
        capability.remedy = remedy_for_controller(controller.name, machine);
    }
    return capability;
}

} // namespace

std::vector<Capability> cgroup_capabilities(const LeafFiles& files, std::span<const ControllerState> controllers,
                                            const Machine& machine)
{
    std::vector<Capability> capabilities;
    for (std::size_t index = 0; index < resource_count; ++index) {
        const auto resource = static_cast<Resource>(index);
        const auto controller = std::ranges::find(controllers, controller_of(resource), &ControllerState::name);
        capabilities.push_back(controller == controllers.end()
                                   ? without_controller(resource)
                                   : with_controller(resource, files, *controller, machine));
    }
    return capabilities;
}

std::vector<Capability> tree_capabilities(std::string_view why, std::string_view remedy)
{
    auto capabilities = cgroup_capabilities(LeafFiles{}, no_controllers(why), Machine{});
    for (Capability& capability : capabilities) {
        if (!controller_of(capability.resource).empty()) {
            capability.remedy = remedy;
        }
    }
    return capabilities;
}

} // namespace hutch::scope

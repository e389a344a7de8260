#include "scope/systemd_facts.h"

#include <utility>

#include "base/text.h"
#include "scope/machine.h"
#include "scope/remedies.h"
#include "scope/systemd_cgroup.h"

namespace hutch::scope {

namespace {

/// Empty where it cannot be found out: in a hybrid hierarchy the manager's controllers are elsewhere.
std::vector<std::string> controllers_of(const std::string& control_group)
{
    const auto dir = open_control_group(control_group);
    const auto text = dir ? dir->read("cgroup.controllers") : Result<std::string>();
    std::vector<std::string> names;
    for (const std::string_view name : base::words(text ? std::string_view(*text) : std::string_view{})) {
        names.emplace_back(name);
    }
    return names;
}

} // namespace

Result<ManagerFacts> ask_manager(sd::Instance instance)
{
    auto bus = sd::Bus::open(instance);
    if (!bus) {
        bus.error().hint = remedy_for_manager(inspect_machine());
        return std::unexpected(std::move(bus.error()));
    }
    return ask_manager(std::move(*bus));
}

Result<ManagerFacts> ask_manager(sd::Bus bus)
{
    ManagerFacts facts{.instance = bus.instance(),
                       .address = bus.address(),
                       .version = bus.version(),
                       .control_group = {},
                       .controllers = {}};
    auto group = bus.manager_property("ControlGroup");
    if (!group) {
        return std::unexpected(std::move(group.error()));
    }
    facts.control_group = std::move(*group);
    facts.controllers = controllers_of(facts.control_group);
    return facts;
}

} // namespace hutch::scope

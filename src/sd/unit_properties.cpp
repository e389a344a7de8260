#include "sd/unit_properties.h"

namespace hutch::sd {

namespace {

std::uint64_t usec(Microseconds duration)
{
    return static_cast<std::uint64_t>(duration.count());
}

void add_limits(std::vector<UnitProperty>& properties, const UnitLimits& limits)
{
    auto add = [&](const char* name, const std::optional<std::uint64_t>& value) {
        if (value) {
            properties.push_back({name, *value});
        }
    };
    add("MemoryMax", limits.memory_max);
    add("MemorySwapMax", limits.memory_swap_max);
    add("MemoryHigh", limits.memory_high);
    add("CPUQuotaPerSecUSec", limits.cpu_quota);
    add("CPUWeight", limits.cpu_weight);
    properties.push_back({"TasksMax", limits.tasks_max.value_or(infinity)});

    auto add_rates = [&](const char* name, const std::vector<DeviceRate>& rates) {
        if (!rates.empty()) {
            properties.push_back({name, rates});
        }
    };
    add_rates("IOReadBandwidthMax", limits.io_rbps);
    add_rates("IOWriteBandwidthMax", limits.io_wbps);
    add_rates("IOReadIOPSMax", limits.io_riops);
    add_rates("IOWriteIOPSMax", limits.io_wiops);
}

/// "a-b-c.slice" → "a.slice", "a-b.slice": systemd.slice(5).
std::vector<std::string> parent_slices(const std::string& name)
{
    std::vector<std::string> parents;
    for (std::size_t dash = name.find('-'); dash != std::string::npos; dash = name.find('-', dash + 1)) {
        parents.push_back(name.substr(0, dash) + ".slice");
    }
    return parents;
}

} // namespace

TransientUnit scope_unit(const ScopeSpec& spec)
{
    TransientUnit unit{.name = spec.unit};
    std::vector<UnitProperty>& properties = unit.properties;
    properties.push_back({"Description", spec.description});
    if (!spec.slice.empty()) {
        properties.push_back({"Slice", spec.slice});
    }
    properties.push_back({"PIDs", spec.pids});
    properties.push_back({"Delegate", true});
    // A scope that ended badly is collected too, and not kept for `systemctl status`.
    properties.push_back({"CollectMode", std::string("inactive-or-failed")});
    properties.push_back({"TimeoutStopUSec", usec(spec.stop_timeout)});
    // systemd reads oom_kill of the whole subtree: a test that is killed by its own limit would end the runner
    // (kernel.md 0.11). Scopes have the property since 253.
    properties.push_back({"OOMPolicy", std::string("continue"), true});
    // systemd-oomd kills whole units, and this one holds the runner. Since 248.
    properties.push_back({"ManagedOOMPreference", std::string("avoid"), true});
    add_limits(properties, spec.limits);
    return unit;
}

TransientUnit slice_unit(const std::string& name, const std::string& description, const std::string& bound_to)
{
    TransientUnit unit{.name = name};
    unit.properties.push_back({"Description", description});
    unit.properties.push_back({"BindsTo", std::vector<std::string>{bound_to}});
    unit.properties.push_back({"After", std::vector<std::string>{bound_to}});
    // Its memory.events outlive those of its scopes.
    unit.properties.push_back({"MemoryAccounting", true});
    for (const std::string& parent : parent_slices(name)) {
        // A slice that was made implicitly stays for ever, with its cgroup.
        unit.auxiliary.push_back({.name = parent, .properties = {{"StopWhenUnneeded", true}}});
    }
    return unit;
}

} // namespace hutch::sd

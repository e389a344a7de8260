// A transient unit as a value: its name and its typed properties, as StartTransientUnit() takes them. What may be asked
// of a scope or a slice is decided here, and nothing is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hutch/units.h"

namespace hutch::sd {

inline constexpr std::uint64_t infinity = UINT64_MAX;

/// Device node (or any path on the disk) and rate: D-Bus type (st).
using DeviceRate = std::pair<std::string, std::uint64_t>;

/// The alternatives are the D-Bus types b, t, s, au, as, a(st).
using PropertyValue = std::variant<bool, std::uint64_t, std::string, std::vector<std::uint32_t>,
                                   std::vector<std::string>, std::vector<DeviceRate>>;

struct UnitProperty {
    std::string name;
    PropertyValue value;
    bool optional = false; ///< left out where the manager's version does not know it
    bool operator==(const UnitProperty&) const = default;
};

struct TransientUnit {
    std::string name; ///< with its suffix: "hutch-….scope"
    std::vector<UnitProperty> properties = {};
    std::vector<TransientUnit> auxiliary = {}; ///< made with it if they do not exist; no auxiliaries of their own
};

/// The limits of a scope. Unset is left to systemd, except for tasks_max.
struct UnitLimits {
    std::optional<Bytes> memory_max, memory_swap_max, memory_high;
    std::optional<std::uint64_t> cpu_quota;  ///< CPUQuotaPerSecUSec: microseconds of CPU time a second
    std::optional<std::uint64_t> cpu_weight; ///< 1 to 10000
    std::optional<std::uint64_t> tasks_max; ///< unset: infinity, because the manager's default is 15 % of the machine's
    std::vector<DeviceRate> io_rbps, io_wbps, io_riops, io_wiops;
};

struct ScopeSpec {
    std::string unit;
    std::string description;
    std::vector<std::uint32_t> pids;                     ///< moved in by the manager; at least one has to live
    std::string slice = {};                              ///< empty: the manager's default
    Microseconds stop_timeout = std::chrono::seconds(2); ///< between SIGTERM and SIGKILL when systemd stops it
    UnitLimits limits = {};
};

/// A delegated scope that systemd collects when it is empty, and that neither systemd's OOM policy nor oomd ends early.
TransientUnit scope_unit(const ScopeSpec& spec);

/// The slice of a run's scopes: stopped by systemd when `bound_to`, the runner's own scope, ends. Its parents (by the
/// dashes in its name) are made with it and go with the last of their slices.
TransientUnit slice_unit(const std::string& name, const std::string& description, const std::string& bound_to);

} // namespace hutch::sd

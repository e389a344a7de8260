// Capabilities by name and by bit, what this process has, and what a policy leaves of it: masks, one bit for each capability, as
// /proc/PID/status and capset(2) have them. Nothing here changes a set; hutch-init does (Op::bounding, securebits, capabilities).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"
#include "hutch/policy.h"

namespace hutch::kernel {

/// Bit n is capability n of linux/capability.h.
using CapabilityMask = std::uint64_t;

/// The highest capability that this kernel has; what a library knows beyond it cannot be held.
int last_capability();

/// All that this kernel has.
CapabilityMask all_capabilities();

/// "CAP_NET_ADMIN", "cap_net_admin" and "net_admin" are 12. Error (usage): unknown, with the nearest known one.
Result<int> capability_named(std::string_view name);

/// "CAP_NET_ADMIN"; "CAP_41" for one that the library has no name for.
std::string capability_name(int capability);

/// The names of a mask, in the order of the bits.
std::vector<std::string> capability_names(CapabilityMask mask);

/// The five sets of a process.
struct CapabilitySets {
    CapabilityMask inheritable = 0, permitted = 0, effective = 0, bounding = 0, ambient = 0;
    bool operator==(const CapabilitySets&) const = default;
};

/// /proc/PID/status
///     CapInh:	0000000000000000
///     CapPrm:	000001ffffffffff
/// A set that is not there (CapAmb before 4.3) is empty; one that is no number is an error.
Result<CapabilitySets> parse_capability_sets(std::string_view status);
Result<CapabilitySets> own_capabilities();

/// The capabilities that the rules leave, had or not. Error (usage): an unknown name.
Result<CapabilityMask> kept_capabilities(const CapabilityRules& rules);

/// The numbers of the steps that make `kept` of what a process has: all of it that it may hold is in every set, the ambient one
/// included, so that it survives exec whatever the user id; everything else is in none. `held` is what hutch-init has when it does the
/// steps: own_capabilities() where there is no new user namespace, all_capabilities() in each set where there is one.
struct CapabilityDrop {
    CapabilityMask bounding = 0; ///< Op::bounding: what stays. Dropping takes CAP_SETPCAP
    std::uint64_t securebits =
        0;                      ///< Op::securebits: root's id is worth nothing; the permitted set survives Op::set_ids
    CapabilityMask sets = 0;    ///< Op::capabilities number: permitted, effective, inheritable
    CapabilityMask ambient = 0; ///< Op::capabilities other
};
CapabilityDrop drop_to(CapabilityMask kept, const CapabilitySets& held);

} // namespace hutch::kernel

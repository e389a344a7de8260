// What a machine can enforce of one resource: found out by scope/, compared with what was asked by plan/, shown by
// doctor.
#pragma once

#include <string>

#include "hutch/limits.h"

namespace hutch {

/// What can be enforced here, by whom; how that was found out; and what repairs it.
struct Capability {
    Resource resource;
    Enforcer enforcer = Enforcer::none; ///< the best that this rung has
    std::string found_by;               ///< "wrote +io to cgroup.subtree_control: No such file or directory"
    std::string remedy;                 ///< command or drop-in; empty where nothing is to repair
};

} // namespace hutch

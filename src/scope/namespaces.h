// Which namespaces a child may be given on this machine. Found out by making one: kernels, sysctls, seccomp filters
// and AppArmor all have a say, and none of them can be asked (docs/kernel.md 1.4: with AppArmor the clone succeeds
// and the maps are refused).
#pragma once

#include <string>

#include "kernel/clone3.h"

namespace hutch::scope {

struct Namespaces {
    bool pid = false;
    bool user = false;    ///< a PID namespace is only to be had with a user namespace around it
    std::string found_by; ///< "a child in a PID namespace of its own lived"
};

Namespaces probe_namespaces(const kernel::CloneStack& stack);

} // namespace hutch::scope

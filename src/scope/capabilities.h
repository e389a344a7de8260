// From what was tried to what each limit can rely on: one Capability for each Resource, in their order. Pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "hutch/capability.h"
#include "scope/controllers.h"
#include "scope/leaf_files.h"
#include "scope/machine.h"

namespace hutch::scope {

/// A rung with cgroups: `files` is what a leaf has, `controllers` what came of enabling them.
std::vector<Capability> cgroup_capabilities(const LeafFiles& files, std::span<const ControllerState> controllers,
                                            const Machine& machine);

/// The rung without: `why` there is no cgroup, and what would bring one.
std::vector<Capability> tree_capabilities(std::string_view why, std::string_view remedy);

} // namespace hutch::scope

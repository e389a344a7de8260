// Switching controllers on for the children of a cgroup: each by a write of its own, because the kernel takes all of
// a write or nothing of it, and a machine that lacks io still has memory. What was written where, and what came of
// it, is kept for doctor.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/limits.h"
#include "kernel/cgroup_dir.h"

namespace hutch::scope {

/// The controllers that hold limits of ours.
inline constexpr std::array<std::string_view, 4> wanted_controllers = {"memory", "pids", "cpu", "io"};

struct ControllerState {
    std::string name;
    bool enabled = false; ///< at all levels down to the tests' leaves
    std::string found_by; ///< "wrote +io to cgroup.subtree_control of /…: No such file or directory"
    bool operator==(const ControllerState&) const = default;
};

/// One entry for each wanted controller, with the same `found_by`, none enabled.
std::vector<ControllerState> no_controllers(std::string_view found_by);

/// Enables the wanted controllers in `levels`, from the top down: each level's children get what all levels above
/// could enable.
std::vector<ControllerState> enable_controllers(std::span<const kernel::CgroupDir* const> levels);

/// Of the wanted ones, those that `cgroup` could hand on: cgroup.controllers.
std::vector<std::string> available_controllers(const kernel::CgroupDir& cgroup);

/// Switches off whatever is on in cgroup.subtree_control.
Result<void> disable_controllers(const kernel::CgroupDir& cgroup);

bool any_enabled(std::span<const ControllerState> controllers);

/// The controller that a limit on `resource` needs; empty if none.
std::string_view controller_of(Resource resource);

} // namespace hutch::scope

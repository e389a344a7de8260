// From systemd's names to cgroup directories. Believes /proc, not systemd, about where a process is.
#pragma once

#include <string>

#include "hutch/error.h"
#include "kernel/cgroup_dir.h"

namespace hutch::scope {

/// A ControlGroup property: "/user.slice/…/x.scope"; empty is the root.
Result<kernel::CgroupDir> open_control_group(const std::string& control_group);

/// The cgroup of `pid` if that is the unit's; an error that says where the process is if not: systemd reports a job as
/// done that has attached no process, too.
Result<kernel::CgroupDir> open_unit_of(int pid, const std::string& unit);

} // namespace hutch::scope

// What plan/ itself has to find out about the machine before limits are compared with it: the disks behind the paths
// of io limits, and this session's hard rlimits. Reads only; what cgroups can do is found out by scope/ and handed
// in.
#pragma once

#include <string>
#include <vector>

#include "hutch/capability.h"
#include "hutch/limits.h"
#include "plan/feasibility.h"

namespace hutch::plan
{

/// `limits` with the work directory where an io limit names no path.
Limits with_io_paths(Limits limits, const std::string& work_dir);

/// The machine for feasible(): `capabilities`, less io where one of the limits' paths has no disk behind it (tmpfs,
/// network), and the ceilings. `limits` have their io paths already.
Machine look_at_machine(std::vector<Capability> capabilities, const Limits& limits);

} // namespace hutch::plan

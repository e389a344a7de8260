// Which interface files the leaves of this run have. Found out once, by opening them in a leaf that is made for that:
// what is there depends on the kernel and on the controllers that could be enabled, and is the same for all leaves.
#pragma once

#include "hutch/limits.h"
#include "kernel/cgroup_dir.h"

namespace hutch::scope {

struct LeafFiles {
    bool memory_max = false;
    bool memory_swap_max = false; ///< needs swap accounting
    bool memory_oom_group = false;
    bool memory_high = false;
    bool memory_current = false;
    bool memory_peak = false;         ///< since 5.19
    bool memory_events_local = false; ///< since 5.2
    bool cpu_max = false;             ///< needs CONFIG_CFS_BANDWIDTH
    bool cpu_weight = false;
    bool cpu_stat = false;
    bool pids_max = false;
    bool pids_current = false;
    bool pids_peak = false; ///< since 6.1
    bool pids_events = false;
    bool pids_events_local = false; ///< since 6.11
    bool io_max = false;            ///< needs CONFIG_BLK_DEV_THROTTLING
    bool io_stat = false;
    bool memory_pressure = false; ///< PSI may be off: psi=0, then the file is missing or cannot be read
    bool cpu_pressure = false;
    bool io_pressure = false;
    bool kill = false; ///< cgroup.kill, since 5.14
};

LeafFiles find_leaf_files(const kernel::CgroupDir& leaf);

/// Who can hold a limit on `resource` in a leaf with these files; per process limits and clocks need none.
Enforcer enforcer_of(Resource resource, const LeafFiles& files);

/// The interface file that decides about `resource`: "memory.max"; empty for those that need none.
const char* deciding_file(Resource resource);

} // namespace hutch::scope

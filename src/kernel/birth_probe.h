// Whether a child that is cloned into a cgroup lives. Since "cgroup: fix race between fork and cgroup.kill" (6.14 and
// stable kernels, among them 6.12 and 6.18, not 6.1) CLONE_INTO_CGROUP compares the kill_seq of the *parent's* cgroup
// with the target's: if they differ, the child is killed at birth. They differ when the target was ever written
// cgroup.kill, or an ancestor while the target existed, or when the caller sits in a cgroup that was. So a cgroup
// serves one attempt, and a runner leaves a home that was killed.
#pragma once

#include "hutch/error.h"
#include "kernel/cgroup_dir.h"
#include "kernel/clone3.h"

namespace hutch::kernel {

enum class Birth {
    lives,  ///< exited as it was told
    killed, ///< SIGKILL at birth, which nobody sent
};

/// Clones a child that exits at once into `cgroup` and reaps it. An error is that of the clone (EBUSY, EACCES, …).
Result<Birth> probe_birth(const CloneStack& stack, const CgroupDir& cgroup);

} // namespace hutch::kernel

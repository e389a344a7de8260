// The OOM counters of all cgroups above the tests. A test that was killed with oom_kill ≥ 1 and oom = 0 of its own
// was killed by a limit above it if one of these rose meanwhile, else by the machine (docs/kernel.md 0.10).
#pragma once

#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "kernel/cgroup_dir.h"

namespace hutch::scope {

class EnclosingOom {
  public:
    EnclosingOom() = default;
    /// `parent`, its parent and so on, as far as they can be seen from here. Those without the memory controller are
    /// left out.
    static EnclosingOom above(const kernel::CgroupDir& parent);

    /// The sum of memory.events.local oom of all of them; it only ever rises. 0.6 µs for each.
    std::uint64_t total() const;

  private:
    std::vector<base::UniqueFd> files_;
};

} // namespace hutch::scope

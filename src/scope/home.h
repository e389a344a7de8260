// The cgroup that the runner was started in: whether its controllers may be handed on, and how it is emptied for that
// (the kernel enables no controller for the children of a cgroup that holds processes itself) and filled again. Never
// touches a cgroup that a manager did not delegate, and nothing above it.
#pragma once

#include <string>

#include "base/fd.h"
#include "hutch/error.h"
#include "kernel/cgroup_dir.h"

namespace hutch::scope {

/// Where all processes of a home go while controllers are enabled in it. Shared by all runs in that home.
inline constexpr const char* payload_name = "hutch-payload";

struct Home {
    kernel::CgroupDir dir;
    bool real_root = false; ///< of the whole hierarchy: processes may stay in it
    bool delegated = false; ///< by a manager's mark, by a cgroup namespace, or by its owner where there is no manager
    std::string found_by;   ///< how `delegated` was found out
};

/// Where we are; from inside of home/hutch-payload, the home around it.
Result<Home> find_home();

/// The cgroup that this process is in now.
Result<kernel::CgroupDir> own_directory();

/// One runner at a time sets up, empties or refills a home. Waits for at most two seconds.
Result<base::UniqueFd> lock_home(const Home& home);

/// Moves all processes of `from` into `to`; bounded, because they may fork meanwhile.
Result<void> move_all(const kernel::CgroupDir& from, const kernel::CgroupDir& to);

/// Moves the processes of a delegated home to home/hutch-payload. Under lock_home().
Result<void> vacate(const Home& home);

/// Undoes vacate(), unless another run still has its node in this home. Under lock_home(); what was not vacated is
/// left as it is.
Result<void> refill(const Home& home);

} // namespace hutch::scope

// The ids of a user namespace, as root gives them to a child of its own.
#pragma once

#include "hutch/error.h"

namespace hutch::spawn {

/// All ids that this process has map to themselves in the user namespace of `pid`, which is new and has no map yet. Where that is refused
/// (root without CAP_SETUID or CAP_SETGID), only our own user, or group, which then denies setgroups(2).
Result<void> map_all_ids(int pid);

} // namespace hutch::spawn

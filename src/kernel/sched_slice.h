// How long this process runs before another one's turn, by sched_setattr(2).
#pragma once

#include "hutch/error.h"

namespace hutch::kernel {

/// Asks for a short turn, 0.1 ms: what has little to do and must not wait for it gets the CPU sooner when it wakes, and no more of it
/// (EEVDF, kernel 6.12: kernel/sched/syscalls.c, __setparam_fair; before that the kernel takes the value and does nothing). Needs no
/// privilege. Children have the usual turn, and of a negative nice value of this process they would have 0 (SCHED_FLAG_RESET_ON_FORK): so it
/// is not asked for then. Error: sched_setattr(2) is refused, which costs nothing but the wish.
Result<void> ask_for_short_turns();

} // namespace hutch::kernel

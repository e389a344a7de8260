// The part of a filter that stands before libseccomp's (see call_filter.h): instructions that judge what is younger than this
// program and what depends on arguments, and go on to what follows them in all other cases.
#pragma once

#include <cstdint>
#include <vector>

#include <linux/filter.h>

#include "kernel/call_table.h"

namespace hutch::kernel {

struct OpeningActions {
    std::uint32_t architecture; ///< AUDIT_ARCH_*: the native one. Another one's calls are left to what follows
    std::uint32_t denied;       ///< SECCOMP_RET_* of an argument rule that denies
    int highest_call;           ///< above: ENOSYS, but for -1 (a call that a tracer skips)
};

std::vector<sock_filter> opening_program(const CallTable& table, const OpeningActions& actions);

} // namespace hutch::kernel

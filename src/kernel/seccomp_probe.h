// What of seccomp(2) can be had here, found out by doing it: children that load a filter which allows everything, and exit. For once a
// run. A version says little: containers filter seccomp(2) itself, and a process has one listener at most, an outer one's included.
#pragma once

#include "hutch/error.h"
#include "kernel/call_filter.h"
#include "kernel/clone3.h"

namespace hutch::kernel {

struct SeccompFacts {
    FilterSupport support;
    int filter_errno = 0; ///< why no filter can be loaded; 0: one can
    int listener_errno =
        0; ///< why none with a listener can: EBUSY, an outer filter has one; EINVAL, a kernel before 5.0
};

/// Error: no child could be made.
Result<SeccompFacts> probe_seccomp(const CloneStack& stack);

} // namespace hutch::kernel

// The setup of a test (kernel/setup_wire.h), as hutch-init does it: the world between release and exec. Responsible for never reading
// outside of the map, for the order of steps, and for saying which one failed. What a step does is in the file of its family. Nothing is
// decided here: the plan is the runner's.
#pragma once

#include "init/steps.h"
#include "kernel/init_wire.h"
#include "kernel/setup_wire.h"

namespace hutch::init {

/// A setup that was mapped and checked; without steps where the orders have none.
struct World {
    const char* image = nullptr;
    const kernel::wire::SetupStep* steps = nullptr;
    std::uint32_t init_steps = 0, test_steps = 0;
    const void* filter = nullptr; ///< struct sock_filter, filter_count of them
    std::uint32_t filter_count = 0;
    bool own_mounts = false;
    /// Who executes the test shares memory and descriptors with the hutch-init that stays: that one keeps the filter's listener, which else is
    /// sent to the runner at once.
    bool shared = false;
    int listener = -1; ///< then: its descriptor
    bool network = false;       ///< network_fd is there
    bool network_is_up = false; ///< joined: whoever made it has raised its loopback device
    const char* attempt_dir = nullptr; ///< what the marks stand for
    const char* work_dir = nullptr;
    /// The texts of the step at hand, where they have marks; a Failure may point into it. Not cleared: its pages are touched when used.
    char expanded[kernel::wire::expanded_max];
};

/// Maps setup_fd and closes it. Failure::code is 0 when `world` can be trusted.
Failure open_world(const kernel::wire::Orders& orders, World& world);

/// What belongs to namespaces. Afterwards the working directory is "/", so that nobody gets at what was mounted over through it, and
/// network_fd is closed.
Failure furnish(World& world);

/// What belongs to the process that executes; the filter, which is last, leaves it sendmsg, close, execve and exit_group.
Failure confine(World& world);

} // namespace hutch::init

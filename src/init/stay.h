// The mode in which hutch-init stays as the parent of the test: as a subreaper, or as PID 1 of a PID namespace. For
// rungs where nothing else holds a test's processes together, and where something must anchor a systemd scope.
#pragma once

#include "init/steps.h"
#include "kernel/init_wire.h"

namespace hutch::init {

/// Starts the test by the orders, reaps everything, serves the runner, and ends with the runner or by its command.
[[noreturn]] void stay(const kernel::wire::Orders& orders, const Program& program, World& world);

} // namespace hutch::init

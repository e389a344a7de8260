// The warden: waits until the runner is gone, and clears what the runner could not. One tiny process beside the runner.
#pragma once

namespace hutch::init {

/// Never returns: ends by the runner's goodbye, or when all is cleared.
[[noreturn]] void guard();

} // namespace hutch::init

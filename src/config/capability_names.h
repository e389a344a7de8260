// The names of capabilities(7), in the order of their numbers (linux/capability.h).
#pragma once

#include <span>
#include <string_view>

namespace hutch::config {

/// "CAP_CHOWN" is 0, "CAP_CHECKPOINT_RESTORE" is 40.
std::span<const std::string_view> capability_names();

} // namespace hutch::config

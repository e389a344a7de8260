// What keys need of each other: a private /tmp needs a mount namespace. Judged on the whole policy, blamed on the file that wrote
// one of the two keys.
#pragma once

#include <span>

#include "config/policy_value.h"
#include "hutch/policy.h"

namespace hutch::config {

/// `written` is what the last file (or flag) said; what it did not touch is not its fault.
Judged<void> check_needs(const Policy& policy, std::span<const PolicyEntry> written);

} // namespace hutch::config

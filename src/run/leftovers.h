// Processes that are still there: who they are, in bounded words.
#pragma once

#include <string>
#include <vector>

#include "hutch/outcome.h"

namespace hutch::run {

/// At most 256 of them are described; one that has gone meanwhile is left out.
std::vector<Leak> describe_leftovers(const std::vector<int>& pids);

/// For those that no signal ends: state, where they sleep in the kernel, and its stack where we may read it.
std::string describe_unkillable(const std::vector<int>& pids);

} // namespace hutch::run

// config's profiles as report/ wants them: the two folders do not know each other.
#pragma once

#include <vector>

#include "report/words.h"

namespace hutch::cli {

/// From small to large.
std::vector<report::NamedLimits> profile_list();

} // namespace hutch::cli

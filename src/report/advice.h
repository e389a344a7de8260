// The second half of a sentence about a violated limit: where the limit came from, and what would have allowed more.
#pragma once

#include <string>
#include <vector>

#include "report/words.h"

namespace hutch::report {

/// "limit 64 MB, profile fast", or without a profile where the user set the value; "limit not known" where there is none.
std::string limit_words(Resource resource, const Limits& limits, const std::vector<NamedLimits>& profiles);

/// "; profile standard (512 MB) or --memory 128M would allow more"; empty where the test has no such limit.
std::string advice_words(Resource resource, const Limits& limits, const std::vector<NamedLimits>& profiles);

} // namespace hutch::report

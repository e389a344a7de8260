// What of a policy this machine can give, feature by feature: each is tried in a child, as a run would try it. For `hutch doctor`.
#pragma once

#include <string>
#include <vector>

#include "cli/box.h"
#include "cli/findings.h"

namespace hutch::cli {

std::vector<Check> check_isolation(const Box& box, const std::string& cwd);

} // namespace hutch::cli

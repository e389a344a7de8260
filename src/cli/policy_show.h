// A policy as text: the merged one as TOML, with the origin of each value, and as JSON.
#pragma once

#include <string>

#include "config/policy_file.h"

namespace hutch::cli {

/// Is itself a policy file, and says the same.
std::string effective_policy(const config::LoadedPolicy& loaded);

/// {"v":1,"name":…,"values":{"files.tmp":"1G",…},"from":{"files.tmp":{"from":…,"line":…}}}
std::string policy_json(const config::LoadedPolicy& loaded);

} // namespace hutch::cli

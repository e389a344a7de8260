// What a policy changes in a test's environment: what would lead out of the sandbox is not passed on, what has moved is said. Pure.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "hutch/test.h"
#include "plan/environment.h"
#include "plan/sandbox.h"

namespace hutch::plan {

/// `base` as tests under `policy` get it: without the addresses of buses, agents and engines where control is hidden, without what
/// points into the old HOME where that is private, and hermetic if the policy says so.
Environment policy_environment(const Environment& base, const Policy& policy);

/// The same tests in `sandbox`; one environment for all of them.
std::vector<TestPtr> in_sandbox(const std::vector<TestPtr>& tests, const std::shared_ptr<const Sandbox>& sandbox);

/// `path` of a sandbox with the attempt's own directory in its place: "\1/home" → "/tmp/hutch-…/7/home".
std::string with_attempt_dir(std::string path, std::string_view attempt_dir);

} // namespace hutch::plan

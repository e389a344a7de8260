// Policy + site → sandbox: which steps hutch-init has to do, in which order, and who holds what. Pure. Whether this machine
// lets it happen shows when it is done: run/fit_sandbox.h tries it, and asks again with what was refused.
#pragma once

#include "hutch/error.h"
#include "plan/sandbox.h"
#include "plan/site.h"

namespace hutch::plan {

/// `sandbox.image` is not made yet. Errors: the filter's (a name that is no system call).
Result<Sandbox> make_sandbox(const Policy& policy, const Site& site);

} // namespace hutch::plan

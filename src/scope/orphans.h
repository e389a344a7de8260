// Rung 5 without a PID namespace: a test may kill its own hutch-init, and what was below it goes to the next
// subreaper above. That is made to be the runner; so such processes are its children, and have the run in their
// environment. They are ended before the test's verdict; whose they were is no longer known, so they are not told as
// a leak.
#pragma once

#include <span>

#include "hutch/error.h"
#include "scope/run_id.h"

namespace hutch::scope {

/// PR_SET_CHILD_SUBREAPER for this process.
Result<void> adopt_orphans();

/// Kills and reaps all children of this process, with all below them, that were started by a test of run `id`.
/// `inits` are the living hutch-inits: with all below them they are no orphans.
void end_orphans(const RunId& id, std::span<const int> inits);

} // namespace hutch::scope

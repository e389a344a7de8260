// What a test is released with: the orders that hutch-init gets, what the runner itself watches, and which limits are thereby
// held by whom. Pure.
#pragma once

#include "hutch/limits.h"
#include "hutch/test.h"
#include "run/resource_watch.h"
#include "spawn/spawn.h"

namespace hutch::run {

/// `admitted`: what the scope holds.
spawn::Orders orders_for(const TestSpec& test, const Enforced& admitted);

/// What is watched because nobody else holds it.
WatchPlan watch_plan(const Limits& limits, const Enforced& admitted, bool sample_peaks, unsigned cpus);

/// `admitted`, and the limits that hutch-init and the runner hold themselves.
Enforced with_own(Enforced admitted, const Limits& limits);

} // namespace hutch::run

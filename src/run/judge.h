// Facts → verdict, in one pure function. docs/outcomes.md has the table in the same order as the code.
#pragma once

#include <span>

#include "hutch/evidence.h"
#include "hutch/outcome.h"
#include "hutch/session.h"

namespace hutch::run {

/// What the judge has to know apart from the evidence.
struct Rules {
    std::span<const int> skip_codes; ///< exit codes that mean skip; conventions: 77
    LeakPolicy leak = LeakPolicy::report;
};

/// The first rule that fits decides: what was nobody's fault but ours or the machine's (error), what hutch was told
/// to stop (cancelled), what a limit did (oom, timeout, limit), what the test did to itself (crash, fail), and only
/// then skip and pass. Whatever hutch signalled can never pass.
Outcome judge(const Evidence& evidence, const Rules& rules);

} // namespace hutch::run

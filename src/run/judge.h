// Facts → verdict, in one pure function. docs/outcomes.md has the table in the same order as the code.
#pragma once

#include "hutch/evidence.h"
#include "hutch/outcome.h"
#include "hutch/session.h"
#include "hutch/test.h"

namespace hutch::run {

/// What the judge has to know apart from the evidence.
struct Rules {
    const ExitRules& exit;
    LeakPolicy leak = LeakPolicy::report;
};

/// The first rule that fits decides: what was nobody's fault but ours or the machine's (error), what hutch was told
/// to stop (cancelled), what a limit did (oom, timeout, limit), what the test did to itself (crash, fail), and only
/// then skip and pass. Whatever hutch signalled can never pass. What its output says (cases, expressions) can turn an exit 0 into a
/// failure or a skip; of what ended otherwise only expressions make a pass, and only where the test's suite has them.
Outcome judge(const Evidence& evidence, const Rules& rules);

} // namespace hutch::run

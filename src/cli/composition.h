// Tests that can be run, and what is said and known of them → the work of the engine: what each takes, waits for, and how often it is tried.
#pragma once

#include <string>
#include <vector>

#include "cli/history.h"
#include "cli/run_flags.h"
#include "cli/selection.h"
#include "config/project.h"
#include "run/work.h"

namespace hutch::cli {

/// Set-ups and tear-downs of the project that tests of the selection need, added to it.
void add_setups(discover::Selection& selection, const config::Project& project);

/// What `files` say, without the files themselves: they become tests.
struct Said {
    std::vector<std::shared_ptr<const Traits>> traits;
    std::vector<discover::Edges> edges;
};

/// `tests[i]` is the one of which said.traits[i] was said.
run::Work compose(std::vector<TestPtr> tests, Said said, const RunSettings& settings, const config::Project& project,
                  const History& history);

/// The stall timeout: what was asked for, or the default, which no test's own wall clock may be longer than.
Microseconds stall_timeout(const std::vector<TestPtr>& tests, const RunSettings& settings);

} // namespace hutch::cli

// What a test wrote, as evidence: its cases, and the expressions that match.
#pragma once

#include <memory>
#include <string>

#include "hutch/event.h"
#include "hutch/evidence.h"

namespace hutch::run {

/// Which of `rules`' expressions match what is kept of both streams.
OutputMatches match_output(const ExitRules& rules, const Captured& out, const Captured& err);

/// The JUnit file that the test has written, read with suspicion: the test owns the directory. A file that is not there is a complaint.
std::shared_ptr<const CaseReport> read_junit_file(const std::string& path);

} // namespace hutch::run

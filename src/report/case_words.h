// What a test said of its cases, in words. Part of the vocabulary of words.h; text of tests comes out as it is, for printable_line().
#pragma once

#include <string>

#include "hutch/outcome.h"

namespace hutch::report {

/// "2 of 5 cases failed: a::b: expected 1", "planned 3 cases, saw 2"; "" where nothing went wrong.
std::string failed_cases_words(const Outcome& outcome);

/// "5 cases", "5 cases, 1 skipped, 1 planned", "5 cases, 2 failed"; "" where no cases were told.
std::string case_count_words(const Outcome& outcome);

/// The name of a case with what it stands in: "Suite.Test", "group > name".
std::string case_name(const Case& each, Protocol protocol);

} // namespace hutch::report

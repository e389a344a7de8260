// What a build system's suite of tests comes to, whichever build system it is. Values, and what all readers do alike.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hutch/test.h"
#include "hutch/units.h"

namespace hutch::discover
{

struct Suite {
    /// In the order in which they should start: what the suite itself puts first (COST, priority) is first. Names are unique. An entry
    /// without a command has `not_available`.
    std::vector<TestFile> tests;
    /// What the suite asks for and is not honoured, each said once, in whole sentences.
    std::vector<std::string> notices;
};

/// Where a suite was found. All is borrowed.
struct SuitePlace {
    std::string build_dir;                      ///< absolute
    std::span<const std::string> environment;   ///< "K=V": what tests inherit, for variables that are appended to
    std::optional<Microseconds> default_timeout = {}; ///< of tests that state none; unset: none
};

/// A name that was there before is "name #2", "name #3" …; who had it first keeps it, and no name that somebody has is given away.
void make_names_unique(std::vector<TestFile>& tests);

/// Seconds as build systems write them; more than a hundred years is a hundred years. Not for what is 0 or less.
Microseconds seconds_to_microseconds(double seconds);

/// `path` below `directory`, unless it is absolute; "" is `directory`.
std::string below(const std::string& directory, const std::string& path);

/// "NAME=…" in `environment`.
std::optional<std::string> value_of(std::span<const std::string> environment, std::string_view name);

/// "3 tests (the first is 'a')", "test 'a'": whom a notice is about.
std::string named_tests(std::span<const std::string> names);

} // namespace hutch::discover

// A JUnit file that a test wrote → a CaseReport (docs/protocols-junit.md). Responsible for the dialects of those who write such files;
// pugixml is seen here alone. Never expands an entity of the file's own, never opens what it names, never recurses into it.
//
//     <testsuites><testsuite name="unit" tests="2" failures="1" errors="0">
//       <testcase classname="Parser" name="empty" time="0.012"/>
//       <testcase classname="Parser" name="deep"><failure message="expected 3, got 4">where</failure></testcase>
//     </testsuite></testsuites>
#pragma once

#include <cstddef>
#include <string_view>

#include "hutch/cases.h"

namespace hutch::protocol {

/// A longer file is a complaint, and is not looked into.
inline constexpr std::size_t junit_file_limit = std::size_t{64} << 20; ///< bytes

/// The whole file. In memory it takes up to twice its size and 64 bytes for each '<' and '=' in it, of which it may have
/// `most_junit_marks`.
CaseReport read_junit(std::string_view xml);

inline constexpr std::size_t most_junit_marks = 4'000'000;
inline constexpr std::size_t deepest_junit_suite = 1000;

} // namespace hutch::protocol

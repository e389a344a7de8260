// One line of GoogleTest's output → what it says. Responsible for the words of GoogleTest's printers, old and new; knows nothing of
// the lines before. Pure, allocates only to take colours out.
//
//     [==========] Running 3 tests from 1 test suite.         [==========] 3 tests from 1 test suite ran. (2 ms total)
//     [ RUN      ] Suite.Test                                 [  PASSED  ] 2 tests.
//     text without newline[       OK ] Suite.Test (1 ms)      [  FAILED  ] 1 test, listed below:
//     [  FAILED  ] Few/Suite.Test/1, where GetParam() = 2 (0 ms)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/units.h"

namespace hutch::protocol {

enum class GtestMark { run, ok, failed, skipped, disabled, passed, bar, dash };

/// "[  FAILED  ] rest", anywhere in a line: what a test wrote without a newline stands before it.
struct Marked {
    GtestMark mark;
    std::string_view before;
    std::string_view rest;
};
/// The first mark of `line` at or after the byte `from`.
std::optional<Marked> next_mark(std::string_view line, std::size_t from = 0);

/// Without escape sequences of terminals ("\033[0;32m").
std::string without_colours(std::string_view line);

/// "Suite.Test", "Few/Suite.Test/0": `full` is all of it, without blanks.
struct GtestName {
    std::string_view full, suite, test;
};
std::optional<GtestName> read_gtest_name(std::string_view text);

/// "Suite.Test (3 ms)", "Suite.Test", "Few/Suite.Test/1, where GetParam() = 2 (0 ms)"; nothing else.
struct GtestEnd {
    GtestName name;
    std::string_view where; ///< "where GetParam() = 2", "" for none
    std::optional<Microseconds> duration;
};
std::optional<GtestEnd> read_gtest_end(std::string_view rest);

/// "3 tests." → 3, "1 test, listed below:" → 1. GoogleTest counts in int.
std::optional<std::size_t> read_test_count(std::string_view rest);

/// "3 tests from 1 test suite ran. (2 ms total)" → 3, also "from 1 test case ran."
std::optional<std::size_t> read_ran(std::string_view rest);

/// "Running 3 tests from 1 test suite."
bool is_running(std::string_view rest);

/// "2 tests from Suite", "1 test from Typed/0, where TypeParam = int", "2 tests from Suite (3 ms total)".
struct SuiteLine {
    std::string_view suite;
    bool ends;
};
std::optional<SuiteLine> read_suite_line(std::string_view rest);

/// "Suite: SetUpTestSuite or TearDownTestSuite" → "Suite".
std::optional<std::string_view> read_broken_suite(std::string_view rest);

/// "  YOU HAVE 2 DISABLED TESTS" → 2.
std::optional<std::size_t> read_disabled_count(std::string_view line);

/// "file.cpp:12: Failure", "unknown file: Failure", also behind text without newline.
bool begins_failure(std::string_view line);
/// "file.cpp:12: Skipped".
bool begins_skip(std::string_view line);

} // namespace hutch::protocol

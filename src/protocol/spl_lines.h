// The kinds of lines that a Simple spec writes, one line at a time and without escape sequences. Pure; what they mean together is
// SplReader's business (spl.h).
//
//   Calculator                                      a heading
//     ✓ adds                                        marks
//     ✗ divides
//       expected 2 to equal 3
//     ○ takes roots (skipped)
//
//   3 examples, 1 failure                           the summary of a top-level group
//   SPEC FILE VERDICT: a_spec.spl outcome=ERROR declared>=3 executed=3 passed=1 failed=1 skipped=1 dropped=0
//   Results: 3 total, 2 passed, 1 failed            of the tool that ran the file
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/cases.h"

namespace hutch::protocol {

/// A larger number is none: nobody has as many cases, and sums of them stay numbers.
inline constexpr std::size_t most_spl_count = 1'000'000'000;

struct SplMark {
    CaseVerdict verdict = CaseVerdict::fail; ///< pass, fail or skip
    std::string_view name;
    std::string_view reason; ///< of a skip: "○ name (skipped: reason)"
};
/// `line` begins where its indentation ends.
std::optional<SplMark> parse_spl_mark(std::string_view line);

struct SplExamples {
    std::size_t examples = 0, failures = 0;
    std::string complaint; ///< not empty: it is such a line, but its numbers are none
};
/// "3 examples, 1 failure", from the first column on; what may follow is ", …" or " (…)".
std::optional<SplExamples> parse_spl_examples(std::string_view line);

struct SplResults {
    std::size_t total = 0, passed = 0, failed = 0, skipped = 0, dropped = 0;
    std::string complaint;
};
/// "Results: 4 total, 3 passed, 1 failed", with ", 0 skipped, 0 dropped" and unknown ones behind.
std::optional<SplResults> parse_spl_results(std::string_view line);

struct SplVerdict {
    enum class Outcome {
        unsaid, ///< the line's older form has neither outcome= nor skipped=
        passed,
        failed,
        skipped,
        unsound, ///< CRASHED, TIMEOUT, …, and what nobody knows
    };
    Outcome outcome = Outcome::unsaid;
    std::string outcome_word; ///< as it is there
    std::size_t declared = 0, executed = 0, passed = 0, failed = 0, skipped = 0, dropped = 0;
    std::string complaint;
};
/// "SPEC FILE VERDICT: PATH outcome=OK declared>=3 …", from the first column on. PATH may have blanks and '='.
std::optional<SplVerdict> parse_spl_verdict(std::string_view line);

/// How far a line is indented, in columns; a tab is two, which is one level.
struct SplIndented {
    std::size_t columns = 0;
    std::string_view text; ///< without the blanks at both ends
};
SplIndented split_indentation(std::string_view line);

} // namespace hutch::protocol

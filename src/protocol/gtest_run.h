// One run of a GoogleTest program: what was seen of it, what its summary says, and whether the two agree. A value; knows no lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hutch::protocol {

/// From "[==========] Running" to the end of the summary. With --gtest_repeat, or from a script that starts several programs, there are
/// several in one output.
struct GtestRun {
    /// A failure that stands in no test.
    struct Outside {
        std::string suite; ///< "" for the environment
        std::string message;
    };

    bool begun = false;
    bool full = false; ///< each test has its lines; else --gtest_brief=1: only those that failed
    std::size_t passed = 0, failed = 0, skipped = 0, disabled = 0;          ///< seen
    std::optional<std::size_t> ran, said_passed, said_failed, said_skipped; ///< by the summary; ran: there is one
    std::vector<Outside> outside;                                           ///< until the summary confirms them
    std::string skip_reason;                                                ///< the environment's set-up skipped all
};

/// What a run that has a summary says against itself; unset: it adds up.
std::optional<std::string> contradiction(const GtestRun& run);

} // namespace hutch::protocol

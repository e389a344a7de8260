// Set-ups in a run: what they have written for their tests, and how long what they left running stays. Pure bookkeeping.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/test.h"

namespace hutch::run {

/// "KEY=VALUE" lines of a set-up's output; other lines are passed over. A name is letters, digits and _, and not HUTCH's own.
std::vector<std::string> read_assignments(std::string_view output);

class Setups {
  public:
    /// `tests` of the whole run; how often each of them runs is `rounds`.
    Setups(const std::vector<TestPtr>& tests, std::size_t rounds);

    void has_written(std::size_t setup, std::string_view output);
    /// For one of its tests: what all its set-ups have written, the later over the earlier.
    std::vector<std::string> environment_for(const TestSpec& test) const;
    /// A test or tear-down has ended for good, or never will run. Returns the set-ups that nobody needs any more.
    std::vector<std::size_t> ended(const TestSpec& test);

  private:
    struct Setup {
        std::size_t users = 0;
        std::vector<std::string> written;
    };
    std::vector<Setup> by_test_; ///< empty where the run has none
};

} // namespace hutch::run

// What a reporter has to remember of a run to sum it up at the end: counts, and a bounded number of names.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "hutch/outcome.h"

namespace hutch::report {

/// Tests by verdict.
class Tally {
  public:
    void add(Verdict verdict);
    void add(const CaseReport& report); ///< the cases of a file
    std::size_t of(Verdict verdict) const { return by_[static_cast<std::size_t>(verdict)]; }
    std::size_t total() const;
    std::size_t passed() const;  ///< pass and flaky
    std::size_t skipped() const; ///< skip and planned
    std::size_t failed() const;  ///< everything else: the file did not do what it should, whoever is to blame

    /// "; 120 cases: 117 passed, 2 failed, 1 skipped"; "" where no file told of cases.
    std::string case_words() const;

    /// "8 passed, 3 failed, 1 skipped (1 timed out, 1 out of memory, 1 flaky)".
    std::string words() const;

  private:
    static constexpr std::size_t verdict_count = static_cast<std::size_t>(Verdict::blocked) + 1;
    std::array<std::size_t, verdict_count> by_{};
    std::size_t cases_passed_ = 0, cases_failed_ = 0, cases_skipped_ = 0, cases_planned_ = 0;
};

/// The few largest of many, with their names; memory does not grow with the run.
class Largest {
  public:
    explicit Largest(std::size_t keep) : keep_(keep) {}
    void add(std::uint64_t value, std::string_view name);

    struct Entry {
        std::uint64_t value;
        std::string name;
    };
    const std::vector<Entry>& entries() const { return entries_; } ///< from the largest down

  private:
    std::size_t keep_;
    std::vector<Entry> entries_;
};

} // namespace hutch::report

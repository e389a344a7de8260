// The command line of `hutch run` → values. Nothing here touches the machine, save to count CPUs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/box_flags.h"
#include "cli/colour.h"
#include "cli/limit_flags.h"
#include "cli/listing.h"
#include "cli/policy_flags.h"
#include "cli/selection_flags.h"
#include "hutch/session.h"

namespace hutch::cli {

struct RunSettings {
    RunOptions options;
    SelectionSettings selection;
    bool is_suite = false; ///< of a build system: no profile unless one is named
    /// Limits and policy of a test of which this is said, with the flags over it, for who works in `cwd`.
    std::function<Result<Limits>(const Traits& traits)> limits;
    std::function<Result<Policy>(const Traits& traits, const std::string& cwd)> policy;
    std::optional<unsigned> retries;
    std::optional<Microseconds> retry_delay;
    std::optional<std::uint64_t> shuffle_seed; ///< --shuffle
    bool stall_is_default = true;
    Bytes memory_budget = 0;    ///< 0: none
    bool store = true;
    bool jobs_given = false; ///< a number of workers was
    std::string events_file;    ///< empty: none; "-": standard output
    std::size_t show_bytes = 0; ///< of a failure's stream on the terminal
    ColourChoice colour = ColourChoice::automatic;
    bool quiet = false;
    bool no_tests_pass = false;
    unsigned cpus = 1; ///< allowed
};

class RunFlags {
  public:
    void add_to(CLI::App& command);
    Result<RunSettings> settings() const;
    const SelectionFlags& selection() const { return selection_; }
    const ListingFlags& listing() const { return listing_; }

  private:
    void add_running(CLI::App& command);
    void add_repeating(CLI::App& command);
    Result<void> set_repeating(RunSettings& settings) const;
    void add_reports(CLI::App& command);
    Result<std::size_t> workers(unsigned cpus) const;
    Result<std::size_t> max_fail() const;
    Result<LeakPolicy> leak_policy() const;
    Result<RunOptions> options(unsigned cpus) const;

    LimitFlags limits_;
    BoxFlags box_;
    PolicyFlags policy_;
    SelectionFlags selection_;
    ListingFlags listing_;
    std::string retries_, retry_delay_, flaky_, repeat_, stress_, seed_, stall_timeout_, memory_budget_;
    bool shuffle_ = false, no_store_ = false;
    std::string jobs_, max_fail_, leak_, events_, output_dir_, capture_, no_tests_, colour_ = "auto";
    bool sequential_ = false, parallel_ = false, fail_fast_ = false, quiet_ = false;
};

} // namespace hutch::cli

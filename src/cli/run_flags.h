// The command line of `hutch run` → values. Nothing here touches the machine, save to count CPUs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/box_flags.h"
#include "cli/colour.h"
#include "cli/limit_flags.h"
#include "cli/policy_flags.h"
#include "hutch/session.h"

namespace hutch::cli {

struct RunSettings {
    RunOptions options;
    Limits limits;
    /// The policy, with its flags, for who works in `cwd`. Not before -C was followed: the project's policies are there.
    std::function<Result<Policy>(const std::string& cwd)> policy;
    std::vector<std::string> paths;
    std::string directory;      ///< -C
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

  private:
    void add_running(CLI::App& command);
    void add_reports(CLI::App& command);
    Result<std::size_t> workers(unsigned cpus) const;
    Result<std::size_t> max_fail() const;
    Result<LeakPolicy> leak_policy() const;
    Result<RunOptions> options(unsigned cpus) const;

    LimitFlags limits_;
    BoxFlags box_;
    PolicyFlags policy_;
    std::vector<std::string> paths_;
    std::string directory_, jobs_, max_fail_, leak_, events_, output_dir_, capture_, no_tests_, colour_ = "auto";
    bool sequential_ = false, parallel_ = false, fail_fast_ = false, quiet_ = false;
};

} // namespace hutch::cli

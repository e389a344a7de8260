// The command line of `hutch exec` → values.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/arguments.h"
#include "cli/box_flags.h"
#include "cli/limit_flags.h"
#include "cli/policy_flags.h"
#include "hutch/session.h"

namespace hutch::cli {

struct ExecSettings {
    RunOptions options;
    Limits limits;
    std::function<Result<Policy>(const std::string& cwd)> policy; ///< as RunSettings has it
    std::vector<std::string> command;
    std::string directory; ///< -C
    std::string json_file; ///< empty: none
    bool quiet = false;
    unsigned cpus = 1; ///< allowed
};

class ExecFlags {
  public:
    void add_to(CLI::App& command);
    /// `arguments` has what stands after "--".
    Result<ExecSettings> settings(const CLI::App& command, const Arguments& arguments) const;

  private:
    LimitFlags limits_;
    BoxFlags box_;
    PolicyFlags policy_;
    std::string directory_, json_, leak_;
    bool quiet_ = false;
};

} // namespace hutch::cli

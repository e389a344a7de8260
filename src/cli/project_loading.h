// The project's file and the user's, and what they say of the command line.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "config/project.h"

namespace hutch::cli {

struct LoadedProject {
    config::Project project;
    std::vector<std::string> notices;
};

/// `wanted`: --project's value: a file, "none", or "" for the one in `cwd` or above.
Result<LoadedProject> load_project(const std::string& cwd, const std::string& wanted);

/// Parses the command line again, with what [run] says before it: a flag on the command line and a HUTCH_* variable win. An Error names
/// the project file.
Result<void> parse_with_defaults(CLI::App& root, const Arguments& arguments, const config::Project& project);

/// The same Error, said of the project file: what the command line alone says was right.
Error blame_project(Error error, const config::Project& project);

} // namespace hutch::cli

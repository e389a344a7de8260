// From the command line and the project file to the tests that are meant: found, filtered, with what they depend on. Starts nothing but
// the build system's own listing; `hutch run` and `hutch list` share it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/selection_flags.h"
#include "config/project.h"
#include "discover/select.h"

namespace hutch::cli {

/// How tests ended the last time, by name; empty: nothing is known.
using LastOf = std::function<discover::LastStatus(const std::string& name)>;

struct Selected {
    discover::Selection selection;
    std::size_t found = 0; ///< before filters
    std::vector<std::string> notices;
};

Result<Selected> select_tests(const SelectionSettings& settings, const config::Project& project, const std::string& cwd, const LastOf& last);

/// "no tests found", or why none is left: for exit code 4.
std::string why_no_tests(const Selected& selected);

} // namespace hutch::cli

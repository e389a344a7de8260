// The runner table: which files are tests, and how each is run. The project's rows come first, then the built-in ones
// (docs/discovery.md has them, a test compares). The first row that fits decides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/project.h"

namespace hutch::discover
{

/// How a file is started.
enum class Start {
    itself,    ///< it is executed
    hash_bang, ///< itself where it may be executed, else by its own #! line, else by the row's command
    python,    ///< found out from its text: discover/python_kind.h
    command,   ///< by the row's command
};

struct Runner {
    config::RunnerRule rule;
    Start start = Start::command;
    bool named_only = false; ///< only for a file that is named, not below a directory
};

/// The project's rows, then the built-in ones that it does not replace by the same name. `simple_binary` is $SIMPLE_BINARY, "" for none.
std::vector<Runner> runner_table(const config::Project& project, const std::string& simple_binary = {});

/// The first row for a file of this path below the project's directory; null: none, it is no test. Rows that say that files are no tests
/// (`ignore`) do not count for a file that is named.
const Runner* find_runner(const std::vector<Runner>& table, std::string_view path, bool executable, bool named);

} // namespace hutch::discover

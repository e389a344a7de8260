// The whole command line: commands, help, version; which command runs, and what its exit code is. The definitions that are
// made here are the only ones: help, man page and completion come from them.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/arguments.h"

namespace hutch::cli {

/// Set by the command that was chosen; returns the exit code.
using Chosen = std::function<int()>;

/// Each adds its command and sets `chosen` when it is on the command line.
void add_run(CLI::App& root, Chosen& chosen, const Arguments& arguments);
void add_exec(CLI::App& root, Chosen& chosen, const Arguments& arguments);
void add_list(CLI::App& root, Chosen& chosen, const Arguments& arguments);
void add_policy(CLI::App& root, Chosen& chosen);
void add_doctor(CLI::App& root, Chosen& chosen);
void add_clean(CLI::App& root, Chosen& chosen);

int program(int argc, char** argv);

} // namespace hutch::cli

// What is done to the arguments before the option parser sees them, and to its errors before people do.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hutch/error.h"

namespace hutch::cli {

/// The arguments before and after the first "--". `hutch exec` takes everything after it as the command, as it is.
struct Arguments {
    std::vector<std::string> own;
    std::vector<std::string> rest;
    bool divided = false; ///< there was a "--"
};
Arguments divide(int argc, char** argv);

/// Whether what follows the flags is a command with its own arguments: `hutch exec`.
bool begins_command(const Arguments& arguments);

/// What CLI11 is given, in the order that it wants.
std::vector<std::string> parser_arguments(const Arguments& arguments);

/// "--flag=" would make the parser take the next argument as the value.
Result<void> check_empty_values(const std::vector<std::string>& arguments);

/// "hutch policy show"
std::string full_name(const CLI::App& command);

/// The options in the order in which they were given, once for each time. CLI11's own list keeps what an earlier parse() put into it.
std::vector<const CLI::Option*> order_of_last_parse(const CLI::App& command);

/// The parser's exception in one line, for unknown flags and commands with the nearest known one.
Error usage_error_of(const CLI::ParseError& error, const CLI::App& root, const CLI::App& command);

} // namespace hutch::cli

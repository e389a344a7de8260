// HUTCH_* variables: below the command line, above every file.
#pragma once

#include <string>

namespace hutch::cli {

/// Empty where the variable is not set: an empty variable says nothing.
std::string environment_variable(const char* name);

/// What the flag says, else what the variable says.
inline std::string flag_or_variable(const std::string& flag, const char* variable)
{
    return flag.empty() ? environment_variable(variable) : flag;
}

} // namespace hutch::cli

#include "cli/environment.h"

#include <cstdlib>

namespace hutch::cli {

std::string environment_variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace hutch::cli

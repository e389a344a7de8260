// -C DIR, and where we are then.
#pragma once

#include <string>

#include "hutch/error.h"

namespace hutch::cli {

/// Goes to `directory` ("" stays) and returns the working directory, absolute. A directory that is not there is a usage error.
Result<std::string> enter(const std::string& directory);

} // namespace hutch::cli

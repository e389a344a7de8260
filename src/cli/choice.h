// A flag with a few words to choose from.
#pragma once

#include <string>
#include <string_view>

#include "hutch/error.h"

namespace hutch::cli {

/// Whether `value` is `other` and not `standard`, which an empty value stands for; anything else is a usage error.
Result<bool> chose_other(std::string_view flag, const std::string& value, std::string_view standard,
                         std::string_view other);

} // namespace hutch::cli

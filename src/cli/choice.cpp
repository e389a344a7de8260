#include "cli/choice.h"

#include <fmt/format.h>

namespace hutch::cli {

Result<bool> chose_other(std::string_view flag, const std::string& value, std::string_view standard,
                         std::string_view other)
{
    if (value.empty() || value == standard) {
        return false;
    }
    if (value == other) {
        return true;
    }
    return usage_error(fmt::format("{} '{}': {} or {}", flag, value, standard, other));
}

} // namespace hutch::cli

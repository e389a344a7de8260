// How deep a TOML text nests, judged before it is parsed: a parser that descends, and tables that destroy each other one in the other,
// take stack for each level.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "config/policy_value.h"

namespace hutch::config {

/// The first place where more than `limit` brackets are open, or a line has more than `limit` dots outside of strings and
/// comments. A text that is not TOML may be judged wrong either way, but never nests deeper.
std::optional<Position> too_deep(std::string_view text, std::size_t limit);

} // namespace hutch::config

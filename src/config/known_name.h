// A name that is not in a table: the usage error that tells which one was probably meant. One wording for profiles,
// limit keys and properties.
#pragma once

#include <span>
#include <string_view>

#include "hutch/error.h"

namespace hutch::config
{

/// unknown_name("profile", "fsat", names) → "unknown profile 'fsat'" with the hint "did you mean 'fast'?". Where
/// nothing is near, the hint lists all of them.
std::unexpected<Error> unknown_name(std::string_view kind, std::string_view name,
                                    std::span<const std::string_view> known);

} // namespace hutch::config

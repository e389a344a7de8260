// See known_name.h.
#include "config/known_name.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::config
{
namespace
{

/// MEMORYMAX is MemoryMax: what differs only in case is nearer than anything else.
std::optional<std::string_view> nearest_known(std::string_view name, std::span<const std::string_view> known)
{
    const std::string lower = base::to_lower(name);
    const auto same = std::ranges::find_if(known, [&](std::string_view each) { return base::to_lower(each) == lower; });
    return same != known.end() ? std::optional(*same) : base::nearest(name, known);
}

} // namespace

std::unexpected<Error> unknown_name(std::string_view kind, std::string_view name,
                                    std::span<const std::string_view> known)
{
    const auto near = nearest_known(name, known);
    return usage_error(fmt::format("unknown {} '{}'", kind, name),
                       near ? fmt::format("did you mean '{}'?", *near)
                            : fmt::format("known: {}", base::join(known, ", ")));
}

} // namespace hutch::config

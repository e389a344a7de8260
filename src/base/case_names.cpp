// The stable names of include/hutch/cases.h.
#include "hutch/cases.h"

#include <array>

namespace hutch {
namespace {

/// In the order of Protocol.
constexpr std::array<std::string_view, 6> protocol_names{"exit", "tap", "gtest", "junit", "spl", "auto"};

} // namespace

std::string_view to_string(Protocol protocol)
{
    return protocol_names.at(static_cast<std::size_t>(protocol));
}

std::optional<Protocol> protocol_named(std::string_view name)
{
    for (std::size_t index = 0; index < protocol_names.size(); ++index) {
        if (protocol_names.at(index) == name) {
            return static_cast<Protocol>(index);
        }
    }
    return std::nullopt;
}

std::string_view to_string(CaseVerdict verdict)
{
    constexpr std::array<std::string_view, 4> names{"pass", "fail", "skip", "planned"};
    return names.at(static_cast<std::size_t>(verdict));
}

} // namespace hutch

// "8:16" ↔ DeviceNumber.
#include "kernel/device_number.h"

#include <fmt/format.h>

#include <limits>

#include "base/text.h"

namespace hutch::kernel {

std::optional<DeviceNumber> parse_device_number(std::string_view text)
{
    const auto [before, after] = base::cut(text, ':');
    const auto major_number = base::parse_uint64(before);
    const auto minor_number = after ? base::parse_uint64(*after) : std::nullopt;
    constexpr std::uint64_t most = std::numeric_limits<unsigned>::max();
    if (!major_number || !minor_number || *major_number > most || *minor_number > most) {
        return std::nullopt;
    }
    return DeviceNumber{static_cast<unsigned>(*major_number), static_cast<unsigned>(*minor_number)};
}

std::string to_string(DeviceNumber device)
{
    return fmt::format("{}:{}", device.major_number, device.minor_number);
}

} // namespace hutch::kernel

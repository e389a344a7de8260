// A device number as the kernel's text files have it: "8:16".
#pragma once

#include <sys/sysmacros.h>
#include <sys/types.h>

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace hutch::kernel {

struct DeviceNumber {
    unsigned major_number = 0;
    unsigned minor_number = 0;
    auto operator<=>(const DeviceNumber&) const = default;

    static DeviceNumber from(dev_t device) { return {gnu_dev_major(device), gnu_dev_minor(device)}; }
};

/// "8:16", nothing before or after it.
std::optional<DeviceNumber> parse_device_number(std::string_view text);
std::string to_string(DeviceNumber device);

} // namespace hutch::kernel

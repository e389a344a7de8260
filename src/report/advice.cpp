#include "report/advice.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace hutch::report {

namespace {

/// A limit that can be violated, in whole units: bytes, processes or microseconds.
std::optional<std::uint64_t> limit_value(Resource resource, const Limits& limits)
{
    const auto microseconds = [](const std::optional<Setting<Microseconds>>& setting) -> std::optional<std::uint64_t> {
        return setting ? std::optional(static_cast<std::uint64_t>(setting->value.count())) : std::nullopt;
    };
    const auto plain = [](const auto& setting) -> std::optional<std::uint64_t> {
        return setting ? std::optional<std::uint64_t>(setting->value) : std::nullopt;
    };
    switch (resource) {
    case Resource::memory:
        return plain(limits.memory_max);
    case Resource::pids:
        return plain(limits.pids_max);
    case Resource::wall:
        return microseconds(limits.wall);
    case Resource::cpu_time:
        return microseconds(limits.cpu_time);
    case Resource::file_size:
        return plain(limits.file_size);
    case Resource::memory_high:
    case Resource::cpu:
    case Resource::cpu_weight:
    case Resource::io:
    case Resource::open_files:
    case Resource::core_size:
        return std::nullopt; // these slow or refuse, they end no test
    }
    return std::nullopt;
}

std::string value_words(Resource resource, std::uint64_t value)
{
    switch (resource) {
    case Resource::memory:
    case Resource::file_size:
        return format_bytes(value);
    case Resource::wall:
    case Resource::cpu_time:
        return format_duration(Microseconds(static_cast<std::int64_t>(value)));
    default:
        return fmt::format("{}", value);
    }
}

std::string option_bytes(std::uint64_t value)
{
    constexpr std::uint64_t mega = std::uint64_t{1} << 20;
    if (value % mega == 0) {
        return fmt::format("{}M", value / mega);
    }
    return value % 1024 == 0 ? fmt::format("{}K", value / 1024) : fmt::format("{}", value);
}

std::string option_duration(std::uint64_t microseconds)
{
    if (microseconds % 1'000'000 == 0) {
        return fmt::format("{}s", microseconds / 1'000'000);
    }
    return fmt::format("{}ms", (microseconds + 999) / 1000);
}

/// How the user would write that limit on the command line.
std::string option_words(Resource resource, std::uint64_t value)
{
    switch (resource) {
    case Resource::memory:
        return "--memory " + option_bytes(value);
    case Resource::file_size:
        return "--file-size " + option_bytes(value);
    case Resource::wall:
        return "--timeout " + option_duration(value);
    case Resource::cpu_time:
        return "--cpu-time " + option_duration(value);
    default:
        return fmt::format("--pids-limit {}", value);
    }
}

/// The limit is the test's profile's own: not set otherwise, or set to the same value by naming the profile.
bool from_profile(Resource resource, const Limits& limits, const std::vector<NamedLimits>& profiles)
{
    if (limits.profile.empty()) {
        return false;
    }
    if (!asked_for(limits, resource)) {
        return true;
    }
    for (const NamedLimits& profile : profiles) {
        if (profile.name == limits.profile) {
            return limit_value(resource, profile.limits) == limit_value(resource, limits);
        }
    }
    return false;
}

} // namespace

std::string limit_words(Resource resource, const Limits& limits, const std::vector<NamedLimits>& profiles)
{
    const auto value = limit_value(resource, limits);
    if (!value) {
        return "limit not known";
    }
    std::string words = "limit " + value_words(resource, *value);
    if (from_profile(resource, limits, profiles)) {
        words += ", profile " + limits.profile;
    }
    return words;
}

std::string advice_words(Resource resource, const Limits& limits, const std::vector<NamedLimits>& profiles)
{
    const auto value = limit_value(resource, limits);
    if (!value) {
        return {};
    }
    // What would have been enough is not known: the test was stopped before it had shown its need. So: the next larger.
    const std::string option = option_words(resource, *value * 2);
    for (const NamedLimits& profile : profiles) {
        const auto larger = limit_value(resource, profile.limits);
        if (larger && *larger > *value) {
            return fmt::format("; profile {} ({}) or {} would allow more", profile.name, value_words(resource, *larger),
                               option);
        }
    }
    return fmt::format("; {} would allow more", option);
}

} // namespace hutch::report

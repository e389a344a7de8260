// Sizes, counts and durations: text → value and back, as include/hutch/units.h promises.
#include "hutch/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"

namespace hutch {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

/// "1.5 GiB" → {"1.5", "gib"}: the number's characters, and the rest without blanks around it, in lower case.
struct Quantity {
    std::string_view number;
    std::string unit;
};

Quantity split_quantity(std::string_view text)
{
    text = base::trim(text);
    const std::string_view number = text.substr(0, text.find_first_not_of("0123456789."));
    return {number, base::to_lower(base::trim(text.substr(number.size())))};
}

std::optional<std::uint64_t> factor_of(std::span<const Unit> units, std::string_view name)
{
    for (const Unit& unit : units) {
        if (unit.name == name) {
            return unit.factor;
        }
    }
    return std::nullopt;
}

/// number × factor, exactly for whole numbers; unset if malformed or too large for the type.
std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t factor)
{
    if (const auto whole = base::parse_uint64(number)) {
        std::uint64_t product = 0;
        return __builtin_mul_overflow(*whole, factor, &product) ? std::nullopt : std::optional(product);
    }
    const auto decimal = base::parse_decimal(number);
    if (!decimal || factor == 1) {
        return std::nullopt; // there is no half byte
    }
    const double product = std::floor(*decimal * static_cast<double>(factor) + 1e-6);
    constexpr double too_large = 18446744073709551616.0; // 2^64
    return product < too_large ? std::optional(static_cast<std::uint64_t>(product)) : std::nullopt;
}

constexpr std::uint64_t kib = 1024, mib = kib * 1024, gib = mib * 1024, tib = gib * 1024;
constexpr std::array byte_units{
    Unit{"", 1},      Unit{"b", 1},    Unit{"k", kib},   Unit{"kb", kib},  Unit{"kib", kib},
    Unit{"m", mib},   Unit{"mb", mib}, Unit{"mib", mib}, Unit{"g", gib},   Unit{"gb", gib},
    Unit{"gib", gib}, Unit{"t", tib},  Unit{"tb", tib},  Unit{"tib", tib},
};

constexpr std::uint64_t second = 1000000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::array duration_units{
    Unit{"us", 1},           Unit{"µs", 1},           Unit{"ms", 1000},   Unit{"s", second},   Unit{"sec", second},
    Unit{"second", second},  Unit{"seconds", second}, Unit{"m", minute},  Unit{"min", minute}, Unit{"minute", minute},
    Unit{"minutes", minute}, Unit{"h", hour},         Unit{"hour", hour}, Unit{"hours", hour}, Unit{"d", day},
    Unit{"day", day},        Unit{"days", day},
};

std::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view wanted)
{
    constexpr std::size_t most = 60;
    return usage_error(fmt::format("{} '{}': {}", what, text.substr(0, most), wanted));
}

std::string three_digits(double value)
{
    std::string text = fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        text.erase(text.find_last_not_of('.') + 1);
    }
    return text;
}

/// One "30 min" of "1h 30 min" and what follows it.
struct Component {
    std::uint64_t usec;
    std::string_view rest;
};

std::optional<Component> take_component(std::string_view text)
{
    constexpr std::string_view number_characters = "0123456789.";
    const std::size_t number_end = text.find_first_not_of(number_characters);
    if (number_end == 0 || number_end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view after = base::trim(text.substr(number_end));
    const std::string_view name = after.substr(0, after.find_first_of("0123456789. \t"));
    const auto factor = factor_of(duration_units, base::to_lower(name));
    const auto usec = factor ? scaled(text.substr(0, number_end), *factor) : std::nullopt;
    if (!usec) {
        return std::nullopt;
    }
    return Component{*usec, base::trim(after.substr(name.size()))};
}

constexpr std::string_view duration_form = "a duration is a number with us, ms, s, m, h or d: 90s, 1h 30m, 250ms";

} // namespace

Result<Bytes> parse_bytes(std::string_view text, Bytes whole)
{
    const Quantity quantity = split_quantity(text);
    if (quantity.unit == "%") {
        const auto percent = base::parse_decimal(quantity.number);
        if (!percent || *percent > 100) {
            return bad("size", text, "a percentage is a number from 0 to 100");
        }
        if (whole == 0) {
            return bad("size", text, "a percentage has no meaning here");
        }
        return static_cast<Bytes>(static_cast<long double>(whole) * *percent / 100);
    }
    const auto factor = factor_of(byte_units, quantity.unit);
    const auto bytes = factor ? scaled(quantity.number, *factor) : std::nullopt;
    if (!bytes) {
        return bad("size", text, "a size is a number with K, M, G or T (1024-based): 64M, 1.5G, 512");
    }
    return *bytes;
}

Result<Microseconds> parse_duration(std::string_view text)
{
    constexpr std::uint64_t longest = 36500 * day; // far from overflow in sums with the clock
    std::string_view rest = base::trim(text);
    if (rest.find_first_not_of("0123456789.") == std::string_view::npos) {
        const auto usec = scaled(rest, second);
        return usec && *usec <= longest ? Result<Microseconds>(Microseconds(*usec))
                                        : bad("duration", text, duration_form);
    }
    std::uint64_t total = 0;
    while (!rest.empty()) {
        const auto component = take_component(rest);
        if (!component || component->usec > longest || total + component->usec > longest) {
            return bad("duration", text, duration_form);
        }
        total += component->usec;
        rest = component->rest;
    }
    return Microseconds(total);
}

Result<double> parse_cpus(std::string_view text)
{
    const Quantity quantity = split_quantity(text);
    const auto number = base::parse_decimal(quantity.number);
    if (!number || !(quantity.unit.empty() || quantity.unit == "%")) {
        return bad("cpus", text, "a number of CPUs or a percentage of one: 1.5, 150%");
    }
    const double cpus = quantity.unit == "%" ? *number / 100 : *number;
    if (cpus < 0.01 || cpus > 8192) {
        return bad("cpus", text, "at least 0.01 and at most 8192");
    }
    return cpus;
}

Result<std::uint64_t> parse_count(std::string_view text)
{
    constexpr std::array units{Unit{"", 1}, Unit{"k", 1000}, Unit{"m", 1000000}, Unit{"g", 1000000000}};
    const Quantity quantity = split_quantity(text);
    const auto factor = factor_of(units, quantity.unit);
    const bool is_whole = base::parse_uint64(quantity.number).has_value();
    const auto count = factor && is_whole ? scaled(quantity.number, *factor) : std::nullopt;
    if (!count) {
        return bad("count", text, "a whole number, with K, M or G for thousands, millions, billions");
    }
    return *count;
}

std::string format_bytes(Bytes bytes)
{
    constexpr std::array names{"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < names.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{} {}", three_digits(value), names[unit]);
}

std::string format_duration(Microseconds duration)
{
    if (duration.count() < 0) {
        return "-" + format_duration(-duration);
    }
    const auto usec = static_cast<std::uint64_t>(duration.count());
    if (usec < 1000) {
        return fmt::format("{} µs", usec);
    }
    if (usec < 999500) {
        return three_digits(static_cast<double>(usec) / 1000) + " ms";
    }
    if (usec < minute - 50000) {
        return three_digits(static_cast<double>(usec) / second) + " s";
    }
    const std::uint64_t seconds = (usec + second / 2) / second;
    const std::uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
    if (hours > 0) {
        return minutes > 0 ? fmt::format("{} h {} min", hours, minutes) : fmt::format("{} h", hours);
    }
    return seconds % 60 > 0 ? fmt::format("{} min {} s", minutes, seconds % 60) : fmt::format("{} min", minutes);
}

} // namespace hutch

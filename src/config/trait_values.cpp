// See trait_values.h.
#include "config/trait_values.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/known_name.h"
#include "config/profile.h"

namespace hutch::config {
namespace {

constexpr Microseconds most_delay = std::chrono::hours(24);
constexpr std::size_t longest_shown = 60; ///< of a wrong value, in a message

constexpr std::array<std::string_view, 4> priorities{"P0", "P1", "P2", "P3"};

std::string shown(std::string_view text)
{
    return text.size() <= longest_shown ? std::string(text) : std::string(text.substr(0, longest_shown)) + "…";
}

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](char each) { return static_cast<unsigned char>(each) < 0x20 || each == 0x7F; });
}

Result<unsigned> number(std::string_view text, unsigned least, unsigned most)
{
    const auto value = base::parse_uint64(text);
    if (!value || *value < least || *value > most) {
        return usage_error(fmt::format("'{}': a whole number from {} to {}", shown(text), least, most));
    }
    return static_cast<unsigned>(*value);
}

} // namespace

Result<std::size_t> word_value(std::string_view text, std::span<const std::string_view> words)
{
    const auto found = std::ranges::find(words, text);
    if (found != words.end()) {
        return static_cast<std::size_t>(found - words.begin());
    }
    const auto near = base::nearest(text, words);
    return usage_error(fmt::format("'{}': one of {}", shown(text), base::join(words, ", ")),
                       near ? fmt::format("did you mean '{}'?", *near) : std::string());
}

Result<unsigned> priority_value(std::string_view text)
{
    const bool is_lower = text.starts_with('p');
    const std::string upper = is_lower ? "P" + std::string(text.substr(1)) : std::string(text);
    const auto index = word_value(upper, priorities);
    if (!index) {
        return usage_error(fmt::format("'{}': one of P0 (first), P1, P2, P3", shown(text)), index.error().hint);
    }
    return static_cast<unsigned>(*index);
}

Result<std::string> label_value(std::string_view text)
{
    const auto is_good = [](char each) {
        const bool is_letter = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
        return is_letter || (each >= '0' && each <= '9') || std::string_view("-_.:/+").contains(each);
    };
    if (text.empty() || text.size() > longest_label || !std::ranges::all_of(text, is_good)) {
        return usage_error(
            fmt::format("'{}': 1 to {} letters, digits and - _ . : / +", shown(text), longest_label));
    }
    return std::string(text);
}

Result<std::string> dependency_value(std::string_view text)
{
    if (text.empty() || text.size() > longest_dependency || has_control(text)) {
        return usage_error(fmt::format("'{}': a path or the name of a test, 1 to {} bytes without control characters",
                                       shown(text), longest_dependency));
    }
    return std::string(text);
}

Result<std::string> reason_value(std::string_view text)
{
    if (text.size() > longest_reason || has_control(text)) {
        return usage_error(fmt::format("'{}': a reason is one line of at most {} bytes", shown(text), longest_reason));
    }
    return std::string(text);
}

Result<unsigned> retries_value(std::string_view text)
{
    return number(text, 0, most_retries);
}

Result<unsigned> ports_value(std::string_view text)
{
    return number(text, 1, most_ports);
}

Result<unsigned> slots_value(std::string_view text)
{
    return number(text, 1, most_slots);
}

Result<Microseconds> delay_value(std::string_view text)
{
    auto delay = parse_duration(text);
    if (delay && *delay > most_delay) {
        return usage_error(fmt::format("duration '{}': at most a day", shown(text)));
    }
    return delay;
}

Result<Apart> isolation_value(std::string_view text)
{
    const auto index = word_value(text, isolation_words);
    return index ? Result<Apart>(static_cast<Apart>(*index)) : std::unexpected(index.error());
}

Result<Network> network_value(std::string_view text)
{
    constexpr std::array<Network, network_words.size()> values{Network::none, Network::isolated, Network::host};
    const auto index = word_value(text, network_words);
    return index ? Result<Network>(values.at(*index)) : std::unexpected(index.error());
}

Result<Protocol> protocol_value(std::string_view text)
{
    const auto index = word_value(text, protocol_words);
    return index ? Result<Protocol>(static_cast<Protocol>(*index)) : std::unexpected(index.error());
}

Result<std::string> profile_value(std::string_view text)
{
    if (std::ranges::find(profiles(), text, &Profile::name) != profiles().end()) {
        return std::string(text);
    }
    std::vector<std::string_view> names;
    std::ranges::transform(profiles(), std::back_inserter(names), &Profile::name);
    return unknown_name("profile", shown(text), names);
}

Result<std::string> policy_value(std::string_view text)
{
    if (text.empty() || text.size() > longest_dependency || has_control(text)) {
        return usage_error(fmt::format("'{}': the name of a policy, or its file", shown(text)));
    }
    return std::string(text);
}

} // namespace hutch::config

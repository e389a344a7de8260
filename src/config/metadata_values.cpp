// Values of all keys but limits (metadata_limits.cpp); see metadata_values.h.
#include "config/metadata_values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/profile.h"

namespace hutch::config {
namespace {

std::unexpected<Objection> object(const TraitText& text, std::string_view why, std::string hint = {})
{
    return std::unexpected(Objection{{}, fmt::format("{} '{}': {}", text.key, text.value, why), std::move(hint)});
}

std::unexpected<Objection> no_value(const TraitText& text)
{
    return std::unexpected(Objection{{}, fmt::format("{}: no value", text.key)});
}

/// A word that is none of `known`.
std::unexpected<Objection> unknown_word(const TraitText& text, std::span<const std::string_view> known)
{
    const auto near = base::nearest(base::to_lower(text.value), known);
    return object(text, fmt::format("one of {}", base::join(known, ", ")), near ? fmt::format("did you mean '{}'?", *near) : "");
}

/// One of `words`: its place among them.
std::expected<std::size_t, Objection> one_of(const TraitText& text, std::span<const std::string_view> words)
{
    if (text.value.empty()) {
        return no_value(text);
    }
    const auto found = std::ranges::find(words, text.value);
    if (found == words.end()) {
        return unknown_word(text, words);
    }
    return static_cast<std::size_t>(found - words.begin());
}

NewTraits number(Traits traits, const TraitText& text, std::optional<unsigned> Traits::*trait, std::uint64_t most)
{
    if (text.value.empty()) {
        return no_value(text);
    }
    const auto value = base::parse_uint64(text.value);
    if (!value || *value < 1 || *value > most) {
        return object(text, fmt::format("a number from 1 to {}", most));
    }
    traits.*trait = static_cast<unsigned>(*value);
    return traits;
}

NewTraits flag(Traits traits, const TraitText& text, std::optional<bool> Traits::*trait)
{
    const std::string value = base::to_lower(text.value);
    const bool yes = value.empty() || value == "yes" || value == "true";
    if (!yes && value != "no" && value != "false") {
        return object(text, "a flag has no value, or one of yes, no, true, false");
    }
    traits.*trait = yes;
    return traits;
}

bool is_letter_or_digit(char each)
{
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
}

/// The first character that has no place in a label; its bytes, all of them.
std::string_view bad_character(std::string_view label)
{
    constexpr std::string_view signs = "-_.:/+";
    const auto bad = std::ranges::find_if_not(label, [&](char each) { return is_letter_or_digit(each) || signs.contains(each); });
    const auto begin = static_cast<std::size_t>(bad - label.begin());
    std::size_t end = std::min(begin + 1, label.size());
    while (end < label.size() && (static_cast<unsigned char>(label[end]) & 0xc0U) == 0x80U) {
        ++end;
    }
    return label.substr(begin, end - begin);
}

std::expected<void, Objection> check_label(const TraitText& text, std::string_view label)
{
    const auto refuse = [&](std::string_view where, std::string message, std::string hint = {}) {
        return std::unexpected(Objection{where, fmt::format("{} {}", text.key, message), std::move(hint)});
    };
    if (label.empty()) {
        return refuse(label, fmt::format("'{}': nothing between two commas, or at an end", text.value));
    }
    if (const std::string_view bad = bad_character(label); !bad.empty()) {
        const bool is_blank = bad == " " || bad == "\t";
        return refuse(bad, fmt::format("'{}': '{}' is none of letters, digits and -_.:/+", label, bad),
                      is_blank ? "a comma is between two of them" : "");
    }
    if (label.size() > longest_label) {
        return refuse(label, fmt::format("'{}': more than {} bytes", label, longest_label));
    }
    return {};
}

std::expected<void, Objection> add(std::vector<std::string>& list, const TraitText& text, std::string_view item)
{
    if (std::ranges::find(list, item) != list.end()) {
        return {};
    }
    if (list.size() == most_labels) {
        return std::unexpected(Objection{item, fmt::format("{} '{}': more than {} of them", text.key, item, most_labels)});
    }
    list.emplace_back(item);
    return {};
}

NewTraits labels(Traits traits, const TraitText& text, std::vector<std::string> Traits::*list)
{
    if (text.value.empty()) {
        return no_value(text);
    }
    for (const std::string_view part : base::split(text.value, ',')) {
        const std::string_view trimmed = base::trim(part);
        const std::string_view label = trimmed.empty() ? part.substr(0, 0) : trimmed;
        if (const auto good = check_label(text, label); !good) {
            return std::unexpected(good.error());
        }
        if (const auto added = add(traits.*list, text, label); !added) {
            return std::unexpected(added.error());
        }
    }
    return traits;
}

/// "5s" of "delay=5s".
std::expected<Microseconds, Objection> retry_delay(const TraitText& text, std::string_view word)
{
    constexpr std::string_view name = "delay=";
    constexpr Microseconds longest = std::chrono::hours(1);
    if (!word.starts_with(name)) {
        return std::unexpected(Objection{word, fmt::format("{} '{}': '{}' is not delay=DURATION", text.key, text.value, word)});
    }
    const std::string_view value = word.substr(name.size());
    const auto delay = parse_duration(value);
    if (!delay || *delay > longest) {
        const std::string message = fmt::format("{} '{}': a delay is a duration of at most 1 h: delay=5s", text.key, text.value);
        return std::unexpected(Objection{value, message});
    }
    return *delay;
}

} // namespace

NewTraits say_profile(Traits traits, const TraitText& text)
{
    std::vector<std::string_view> names;
    std::ranges::transform(profiles(), std::back_inserter(names), &Profile::name);
    const auto place = one_of(text, names);
    if (!place) {
        return std::unexpected(place.error());
    }
    traits.profile = names[*place];
    return traits;
}

NewTraits say_policy(Traits traits, const TraitText& text)
{
    constexpr std::size_t longest_name = 64;
    if (text.value.empty()) {
        return no_value(text);
    }
    const bool is_file = text.value.contains('/') || text.value.ends_with(".toml");
    const bool is_name = text.value.size() <= longest_name &&
                         std::ranges::all_of(text.value, [](char each) { return is_letter_or_digit(each) || each == '-' || each == '_'; });
    if (!is_file && !is_name) {
        return object(text, "a name is letters, digits, - and _, at most 64; a file has a / or ends in .toml");
    }
    if (std::ranges::find(profiles(), text.value, &Profile::name) != profiles().end()) {
        return object(text, "it is a profile", fmt::format("@Profile {}", text.value));
    }
    traits.policy = text.value;
    return traits;
}

NewTraits say_priority(Traits traits, const TraitText& text)
{
    if (text.value.empty()) {
        return no_value(text);
    }
    const bool begins = text.value[0] == 'P' || text.value[0] == 'p';
    const bool is_good = text.value.size() == 2 && begins && text.value[1] >= '0' && text.value[1] <= '3';
    if (!is_good) {
        return object(text, "one of P0 (first), P1, P2, P3");
    }
    traits.priority = static_cast<unsigned>(text.value[1] - '0');
    return traits;
}

NewTraits say_tags(Traits traits, const TraitText& text)
{
    return labels(std::move(traits), text, &Traits::tags);
}

NewTraits say_groups(Traits traits, const TraitText& text)
{
    return labels(std::move(traits), text, &Traits::groups);
}

NewTraits say_depends_on(Traits traits, const TraitText& text)
{
    if (text.value.empty()) {
        return no_value(text);
    }
    if (const auto added = add(traits.depends_on, text, text.value); !added) {
        return std::unexpected(added.error());
    }
    return traits;
}

NewTraits say_retries(Traits traits, const TraitText& text)
{
    constexpr std::uint64_t most = 100;
    if (text.value.empty()) {
        return no_value(text);
    }
    const std::string_view first = *base::words(text.value).begin();
    const auto count = base::parse_uint64(first);
    if (!count || *count > most) {
        return object(text, fmt::format("a number from 0 to {}, and perhaps a delay: 2 delay=5s", most));
    }
    traits.retries = static_cast<unsigned>(*count);
    if (const std::string_view rest = base::trim(text.value.substr(first.size())); !rest.empty()) {
        const auto delay = retry_delay(text, rest);
        if (!delay) {
            return std::unexpected(delay.error());
        }
        traits.retry_delay = *delay;
    }
    return traits;
}

NewTraits say_ports(Traits traits, const TraitText& text)
{
    return number(std::move(traits), text, &Traits::ports, 64);
}

NewTraits say_slots(Traits traits, const TraitText& text)
{
    return number(std::move(traits), text, &Traits::slots, 4096);
}

NewTraits say_isolation(Traits traits, const TraitText& text)
{
    constexpr std::array<std::string_view, 3> words{"none", "process", "container"}; // in the order of Apart
    const auto place = one_of(text, words);
    if (!place) {
        return std::unexpected(place.error());
    }
    traits.isolation = static_cast<Apart>(*place);
    return traits;
}

NewTraits say_network(Traits traits, const TraitText& text)
{
    constexpr std::array<std::string_view, 3> words{"host", "none", "private"}; // in the order of Network
    const auto place = one_of(text, words);
    if (!place) {
        return std::unexpected(place.error());
    }
    traits.network = static_cast<Network>(*place);
    return traits;
}

NewTraits say_exclusive(Traits traits, const TraitText& text)
{
    return flag(std::move(traits), text, &Traits::exclusive);
}

NewTraits say_slow(Traits traits, const TraitText& text)
{
    return flag(std::move(traits), text, &Traits::slow);
}

NewTraits say_skip(Traits traits, const TraitText& text)
{
    traits.skip = text.value;
    return traits;
}

NewTraits say_planned(Traits traits, const TraitText& text)
{
    traits.planned = text.value;
    return traits;
}

} // namespace hutch::config

// Values of limits; see metadata_values.h. The setters and their ranges are limit_values.h's; only their messages are said in this place's
// words: there is no "max" here, because what a file does not limit its profile still does, and saying "max" would change nothing.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/limit_values.h"
#include "config/metadata_values.h"

namespace hutch::config {
namespace {

std::unexpected<Objection> object(const TraitText& text, std::string_view why, std::string hint = {})
{
    return std::unexpected(Objection{{}, fmt::format("{} '{}': {}", text.key, text.value, why), std::move(hint)});
}

/// What the setter's message says behind the key and the value: "@Pids '0': the least is 1" and "@Pids: count 'x': a whole number" alike.
std::string reason(std::string_view message, const TraitText& text)
{
    constexpr std::string_view none_here = "; 'max' is not limited";
    const std::string quoted = fmt::format("'{}': ", text.value), unknown = fmt::format("unknown rate in {} {}", text.key, quoted);
    std::string prefix;
    if (message.starts_with(unknown)) {
        prefix = "unknown rate ";
        message.remove_prefix(unknown.size());
    } else if (const std::size_t end = message.find(quoted); end != std::string_view::npos) {
        message.remove_prefix(end + quoted.size());
    } else if (message.starts_with(fmt::format("{}: ", text.key))) {
        message.remove_prefix(text.key.size() + 2); // another text than the value: a part of it
    }
    if (message.ends_with(none_here)) {
        message.remove_suffix(none_here.size());
    }
    return prefix + std::string(message);
}

bool takes_away(std::string_view value)
{
    return value == "max" || value == "infinity" || value == "unlimited";
}

/// `value` is what the setter gets instead of the text, where that has another unit.
NewTraits limit(Traits traits, const TraitText& text, Setter set, std::string_view value)
{
    if (text.value.empty()) {
        return std::unexpected(Objection{{}, fmt::format("{}: no value", text.key)});
    }
    if (takes_away(text.value)) {
        return object(text, "a limit is not taken away here", "a greater value, or @Profile with one of a greater profile");
    }
    auto limits = set(std::move(traits.limits), {text.key, value, text.ram});
    if (!limits) {
        const TraitText as_given{text.key, value};
        return object(text, reason(limits.error().message, as_given), limits.error().hint);
    }
    traits.limits = std::move(*limits);
    return traits;
}

} // namespace

NewTraits say_timeout(Traits traits, const TraitText& text)
{
    return limit(std::move(traits), text, set_wall, text.value);
}

NewTraits say_memory(Traits traits, const TraitText& text)
{
    const bool is_bare = base::parse_decimal(text.value).has_value();
    const std::string value = fmt::format("{}{}", text.value, is_bare ? "M" : "");
    if (!text.value.empty() && !takes_away(text.value) && !value.ends_with('%') && !parse_bytes(value)) {
        return object(text, "a size is a number of megabytes, or one with K, M, G, T or %: 2048, 512M, 1.5G, 25%");
    }
    return limit(std::move(traits), text, set_memory_max, value);
}

NewTraits say_cpu(Traits traits, const TraitText& text)
{
    return limit(std::move(traits), text, set_cpus, text.value);
}

NewTraits say_pids(Traits traits, const TraitText& text)
{
    return limit(std::move(traits), text, set_pids_max, text.value);
}

NewTraits say_io(Traits traits, const TraitText& text)
{
    constexpr std::array<std::string_view, 4> rates{"rbps", "wbps", "riops", "wiops"};
    for (const std::string_view word : base::words(text.value)) {
        const base::Halves halves = base::cut(word, '=');
        if (halves.after && takes_away(*halves.after) && std::ranges::find(rates, halves.before) != rates.end()) {
            return object(text, "a limit is not taken away here", "leave it out");
        }
    }
    return limit(std::move(traits), text, set_io_max, text.value);
}

} // namespace hutch::config

// Values of io.max; see limit_values.h. A sample: "/scratch wbps=2M rbps=max riops=100".
#include "config/limit_values.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/known_name.h"

namespace hutch::config
{
namespace
{

struct RateKey {
    std::string_view name;
    std::optional<std::uint64_t> IoLimit::*rate;
    bool bytes; ///< else operations
};

/// In the order of `Rate`.
constexpr std::array<RateKey, 4> rate_keys{{
    {"rbps", &IoLimit::rbps, true},
    {"wbps", &IoLimit::wbps, true},
    {"riops", &IoLimit::riops, false},
    {"wiops", &IoLimit::wiops, false},
}};

struct Change {
    const RateKey* key;
    std::optional<std::uint64_t> value; ///< unset: "max"
};

Result<Change> parse_rate(const RateKey& key, std::string_view text, const Given& given)
{
    if (text == "max" || text == "infinity") {
        return Change{&key, std::nullopt};
    }
    const auto rate = key.bytes ? parse_bytes(text) : parse_count(text);
    if (!rate) {
        return usage_error(fmt::format("{}: {}", given.key, rate.error().message));
    }
    if (*rate == 0) {
        return refuse(given, fmt::format("the least {} is 1: the kernel refuses 0; 'max' is not limited", key.name));
    }
    return Change{&key, *rate};
}

/// The kernel's own name of a disk, "8:0", is a path too: udev and devtmpfs keep a link of that name.
std::string disk_path(std::string_view text)
{
    const base::Halves halves = base::cut(text, ':');
    const bool number = halves.after && base::parse_uint64(halves.before) && base::parse_uint64(*halves.after);
    return fmt::format("{}{}", number ? "/dev/block/" : "", text);
}

bool unlimited(const IoLimit& io)
{
    return !io.rbps && !io.wbps && !io.riops && !io.wiops;
}

/// What was asked replaces the default profile's, which speaks of another disk perhaps; it is merged with what was
/// asked before.
Limits with_rates(Limits limits, const std::string& path, const std::vector<Change>& changes)
{
    std::vector<IoLimit> disks;
    if (limits.io && limits.io->origin == Origin::asked) {
        disks = limits.io->value;
    }
    auto disk = std::ranges::find(disks, path, &IoLimit::path);
    if (disk == disks.end()) {
        disk = disks.insert(disks.end(), IoLimit());
        disk->path = path;
    }
    for (const Change& change : changes) {
        (*disk).*(change.key->rate) = change.value;
    }
    std::erase_if(disks, unlimited);
    limits.io.reset();
    if (!disks.empty()) {
        limits.io = {std::move(disks), Origin::asked};
    }
    return limits;
}

const RateKey* find_rate(std::string_view word)
{
    const base::Halves halves = base::cut(word, '=');
    const auto found = std::ranges::find(rate_keys, halves.before, &RateKey::name);
    return halves.after && found != rate_keys.end() ? &*found : nullptr;
}

std::unexpected<Error> unknown_rate(const Given& given, std::string_view word)
{
    std::array<std::string_view, rate_keys.size()> names;
    std::ranges::transform(rate_keys, names.begin(), &RateKey::name);
    return unknown_name(fmt::format("rate in {} '{}':", given.key, given.value), base::cut(word, '=').before, names);
}

/// What stands before the first rate; blanks in a path are kept.
Result<std::string_view> path_before(const Given& given, const std::vector<std::string_view>& words)
{
    const auto first = std::ranges::find_if(words, [](std::string_view word) { return find_rate(word) != nullptr; });
    const std::size_t length =
        first == words.end() ? given.value.size() : static_cast<std::size_t>(first->data() - given.value.data());
    const std::string_view path = base::trim(given.value.substr(0, length));
    if (path.contains('=') && !path.contains('/')) {
        return unknown_rate(given, words.front());
    }
    if (first == words.end()) {
        return refuse(given, "no rate; one of rbps= wbps= riops= wiops= is needed, as in 'wbps=2M'");
    }
    return path;
}

} // namespace

Result<Limits> set_io_max(Limits limits, const Given& given)
{
    if (given.value == "max" || given.value == "infinity") {
        limits.io.reset();
        return limits;
    }
    const auto words = base::words(given.value).all();
    const auto path = path_before(given, words);
    if (!path) {
        return std::unexpected(path.error());
    }
    std::vector<Change> changes;
    const std::size_t path_words = base::words(*path).all().size();
    for (std::size_t at = path_words; at < words.size(); ++at) {
        const RateKey* key = find_rate(words[at]);
        if (key == nullptr) {
            return unknown_rate(given, words[at]);
        }
        const auto change = parse_rate(*key, *base::cut(words[at], '=').after, given);
        if (!change) {
            return std::unexpected(change.error());
        }
        changes.push_back(*change);
    }
    return with_rates(std::move(limits), disk_path(*path), changes);
}

Result<Limits> set_io_rate(Limits limits, Rate rate, std::string_view path, const Given& given)
{
    const auto change = parse_rate(rate_keys.at(static_cast<std::size_t>(rate)), given.value, given);
    if (!change) {
        return std::unexpected(change.error());
    }
    return with_rates(std::move(limits), disk_path(path), {*change});
}

} // namespace hutch::config

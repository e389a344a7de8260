// See policy_setters.h.
#include "config/policy_setters.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "hutch/units.h"

namespace hutch::config {
namespace {

constexpr std::size_t longest_list = 1024;
constexpr Bytes least_file_system = Bytes{64} << 10;
constexpr Bytes most_file_system = Bytes{1} << 40;
constexpr std::int64_t most_seconds = 100LL * 365 * 24 * 3600; ///< the kernel refuses offsets beyond some 146 years

std::unexpected<Complaint> wrong_kind(const PolicyValue& value, std::string_view wanted)
{
    return complain(value.at, fmt::format("{} is wanted, and this is {}", wanted, value.what));
}

/// A word of a closed list: its index.
Judged<std::size_t> choice_of(const PolicyValue& value, std::span<const std::string_view> words)
{
    if (value.kind != PolicyValue::Kind::text) {
        return wrong_kind(value, fmt::format("one of \"{}\"", base::join(words, "\", \"")));
    }
    const auto found = std::ranges::find(words, value.text);
    if (found != words.end()) {
        return static_cast<std::size_t>(found - words.begin());
    }
    const auto near = base::nearest(value.text, words);
    return complain(value.at, fmt::format("'{}': one of {}", value.text, base::join(words, ", ")),
                    near ? fmt::format("did you mean '{}'?", *near) : std::string());
}

Judged<std::int64_t> integer_of(const PolicyValue& value, std::int64_t least, std::int64_t most)
{
    if (value.kind != PolicyValue::Kind::integer) {
        return wrong_kind(value, fmt::format("a number from {} to {} or false", least, most));
    }
    if (value.integer < least || value.integer > most) {
        return complain(value.at, fmt::format("{}: from {} to {}", value.integer, least, most));
    }
    return value.integer;
}

bool is_off(const PolicyValue& value)
{
    return value.kind == PolicyValue::Kind::boolean && !value.boolean;
}

Judged<std::optional<Bytes>> size_of(const PolicyValue& value)
{
    if (is_off(value)) {
        return std::optional<Bytes>();
    }
    const bool is_number = value.kind == PolicyValue::Kind::integer && value.integer >= 0;
    if (!is_number && value.kind != PolicyValue::Kind::text) {
        return wrong_kind(value, "a size (\"64M\") or false");
    }
    const auto bytes = is_number ? Result<Bytes>(static_cast<Bytes>(value.integer)) : parse_bytes(value.text);
    if (!bytes) {
        return complain(value.at, bytes.error().message, bytes.error().hint);
    }
    if (*bytes < least_file_system || *bytes > most_file_system) {
        return complain(value.at,
                        fmt::format("'{}': from 64K to 1T", is_number ? std::to_string(value.integer) : value.text));
    }
    return std::optional(*bytes);
}

Judged<std::int64_t> seconds_of(const PolicyValue& value)
{
    if (value.kind == PolicyValue::Kind::integer) {
        return value.integer;
    }
    if (value.kind != PolicyValue::Kind::text) {
        return wrong_kind(value, "a duration (\"1h\") or false");
    }
    const auto duration = parse_duration(value.text);
    if (!duration) {
        return complain(value.at, duration.error().message, duration.error().hint);
    }
    return std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
}

/// `policy`, changed by `change` where there is a value; the complaint where there is none.
template <class T, class Change> Judged<Policy> with(Policy policy, Judged<T> value, Change change)
{
    if (!value) {
        return std::unexpected(std::move(value.error()));
    }
    change(policy, std::move(*value));
    return policy;
}

} // namespace

Judged<bool> boolean_of(const PolicyValue& value)
{
    if (value.kind != PolicyValue::Kind::boolean) {
        return wrong_kind(value, "true or false");
    }
    return value.boolean;
}

Judged<std::string> text_of(const PolicyValue& value)
{
    if (value.kind != PolicyValue::Kind::text) {
        return wrong_kind(value, "a string");
    }
    return value.text;
}

Judged<std::vector<std::string>> list_of(const PolicyValue& value, const std::vector<std::string>& inherited,
                                         Judged<std::string> (*check)(const PolicyValue&))
{
    if (value.kind != PolicyValue::Kind::list) {
        return wrong_kind(value, "a list of strings");
    }
    if (value.list.size() > longest_list) {
        return complain(value.at, fmt::format("a list has at most {} items", longest_list));
    }
    std::vector<std::string> items;
    const auto add = [&](const std::string& item) {
        if (std::ranges::find(items, item) == items.end()) {
            items.push_back(item);
        }
    };
    for (const PolicyValue& each : value.list) {
        if (each.kind != PolicyValue::Kind::text) {
            return wrong_kind(each, "a string");
        }
        if (each.text == inherited_items) {
            std::ranges::for_each(inherited, add);
            continue;
        }
        auto item = check(each);
        if (!item) {
            return std::unexpected(std::move(item.error()));
        }
        add(*item);
    }
    return items;
}

Judged<Policy> set_user(Policy policy, const PolicyValue& value)
{
    if (value.kind == PolicyValue::Kind::text && value.text == "auto") {
        policy.namespaces.user.reset();
        return policy;
    }
    if (value.kind != PolicyValue::Kind::boolean) {
        return wrong_kind(value, "true, false or \"auto\"");
    }
    policy.namespaces.user = value.boolean;
    return policy;
}

Judged<Policy> set_network(Policy policy, const PolicyValue& value)
{
    constexpr std::array<std::string_view, 3> words{"host", "none", "private"};
    return with(std::move(policy), choice_of(value, words),
                [](Policy& to, std::size_t chosen) { to.namespaces.network = static_cast<Network>(chosen); });
}

Judged<Policy> set_hostname(Policy policy, const PolicyValue& value)
{
    constexpr std::size_t longest_name = 64; // HOST_NAME_MAX
    auto name = text_of(value);
    const auto is_good = [](char each) {
        return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '-' || each == '.';
    };
    if (name && (name->size() > longest_name || !std::ranges::all_of(*name, is_good))) {
        return complain(value.at, fmt::format("'{}' is no host name: at most 64 letters, digits, - and .",
                                              name->substr(0, longest_name)));
    }
    return with(std::move(policy), std::move(name),
                [](Policy& to, std::string text) { to.namespaces.hostname = std::move(text); });
}

Judged<Policy> set_time_offset(Policy policy, const PolicyValue& value)
{
    if (is_off(value)) {
        policy.namespaces.time_offset.reset();
        return policy;
    }
    auto seconds = seconds_of(value);
    if (seconds && (*seconds < 0 || *seconds > most_seconds)) {
        return complain(value.at,
                        "a time offset is 0 to 100 years: clocks that count from the start of the machine are ahead");
    }
    return with(std::move(policy), std::move(seconds),
                [](Policy& to, std::int64_t offset) { to.namespaces.time_offset = offset; });
}

Judged<Policy> set_writable(Policy policy, const PolicyValue& value)
{
    auto paths = list_of(value, policy.files.writable, checked_path);
    return with(std::move(policy), std::move(paths),
                [](Policy& to, std::vector<std::string> list) { to.files.writable = std::move(list); });
}

Judged<Policy> set_hidden(Policy policy, const PolicyValue& value)
{
    auto paths = list_of(value, policy.files.hidden, checked_path);
    return with(std::move(policy), std::move(paths),
                [](Policy& to, std::vector<std::string> list) { to.files.hidden = std::move(list); });
}

Judged<Policy> set_work_tree(Policy policy, const PolicyValue& value)
{
    constexpr std::array<std::string_view, 4> words{"writable", "read-only", "overlay", "overlay-keep"};
    return with(std::move(policy), choice_of(value, words),
                [](Policy& to, std::size_t chosen) { to.files.work = static_cast<WorkTree>(chosen); });
}

Judged<Policy> set_keep_dir(Policy policy, const PolicyValue& value)
{
    auto text = text_of(value);
    return with(std::move(policy), text && !text->empty() ? checked_path(value) : std::move(text),
                [](Policy& to, std::string path) { to.files.keep_dir = std::move(path); });
}

Judged<Policy> set_tmp(Policy policy, const PolicyValue& value)
{
    return with(std::move(policy), size_of(value), [](Policy& to, std::optional<Bytes> size) { to.files.tmp = size; });
}

Judged<Policy> set_shm(Policy policy, const PolicyValue& value)
{
    return with(std::move(policy), size_of(value), [](Policy& to, std::optional<Bytes> size) { to.files.shm = size; });
}

Judged<Policy> set_default(Policy policy, const PolicyValue& value)
{
    constexpr std::array<std::string_view, 2> words{"allow", "deny"};
    return with(std::move(policy), choice_of(value, words),
                [](Policy& to, std::size_t chosen) { to.syscalls.default_allow = chosen == 0; });
}

Judged<Policy> set_denial(Policy policy, const PolicyValue& value)
{
    constexpr std::array<std::string_view, 4> words{"errno", "notify", "kill", "log"};
    return with(std::move(policy), choice_of(value, words),
                [](Policy& to, std::size_t chosen) { to.syscalls.denial = static_cast<Denial>(chosen); });
}

Judged<Policy> set_deny(Policy policy, const PolicyValue& value)
{
    auto calls = list_of(value, policy.syscalls.deny, checked_call);
    return with(std::move(policy), std::move(calls),
                [](Policy& to, std::vector<std::string> list) { to.syscalls.deny = std::move(list); });
}

Judged<Policy> set_allow(Policy policy, const PolicyValue& value)
{
    auto calls = list_of(value, policy.syscalls.allow, checked_call);
    return with(std::move(policy), std::move(calls),
                [](Policy& to, std::vector<std::string> list) { to.syscalls.allow = std::move(list); });
}

Judged<Policy> set_keep(Policy policy, const PolicyValue& value)
{
    if (value.kind == PolicyValue::Kind::text && value.text == "all") {
        policy.capabilities = {};
        return policy;
    }
    if (value.kind != PolicyValue::Kind::list) {
        return wrong_kind(value, "a list of capabilities or \"all\"");
    }
    if (policy.capabilities.keep_all && std::ranges::count(value.list, inherited_items, &PolicyValue::text) > 0) {
        return complain(value.at, "\"...\" stands for all capabilities here: nothing can be added to them");
    }
    auto kept = list_of(value, policy.capabilities.keep, checked_capability);
    return with(std::move(policy), std::move(kept), [](Policy& to, std::vector<std::string> list) {
        to.capabilities = {.keep_all = false, .keep = std::move(list)};
    });
}

Judged<Policy> set_pass(Policy policy, const PolicyValue& value)
{
    auto names = list_of(value, policy.process.pass, checked_variable);
    return with(std::move(policy), std::move(names),
                [](Policy& to, std::vector<std::string> list) { to.process.pass = std::move(list); });
}

Judged<Policy> set_umask(Policy policy, const PolicyValue& value)
{
    // Not a number: 022 is none in TOML, and 22 would be 026.
    const auto is_octal = [](char each) { return each >= '0' && each <= '7'; };
    const std::string& text = value.text;
    if (value.kind != PolicyValue::Kind::text) {
        return wrong_kind(value, "a string of octal digits (\"022\")");
    }
    if (text.size() < 3 || text.size() > 4 || !std::ranges::all_of(text, is_octal) ||
        (text.size() == 4 && text[0] != '0')) {
        return complain(value.at, fmt::format("'{}' is no umask: three octal digits, \"022\"", text));
    }
    policy.process.umask = static_cast<unsigned>(std::stoul(text, nullptr, 8));
    return policy;
}

Judged<Policy> set_nice(Policy policy, const PolicyValue& value)
{
    if (is_off(value)) {
        policy.process.nice.reset();
        return policy;
    }
    return with(std::move(policy), integer_of(value, -20, 19),
                [](Policy& to, std::int64_t number) { to.process.nice = static_cast<int>(number); });
}

Judged<Policy> set_oom_score_adj(Policy policy, const PolicyValue& value)
{
    if (is_off(value)) {
        policy.process.oom_score_adj.reset();
        return policy;
    }
    return with(std::move(policy), integer_of(value, -1000, 1000),
                [](Policy& to, std::int64_t number) { to.process.oom_score_adj = static_cast<int>(number); });
}

} // namespace hutch::config

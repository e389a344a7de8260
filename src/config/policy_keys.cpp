// See policy_keys.h.
#include "config/policy_keys.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "config/limit_options.h"
#include "config/policy_setters.h"
#include "config/policy_toml.h"

namespace hutch::config {
namespace {

std::string shown(bool value)
{
    return value ? "true" : "false";
}

std::string shown(const std::vector<std::string>& items)
{
    std::string text = "[";
    for (const std::string& item : items) {
        text += (text.size() > 1 ? ", " : "") + quote_toml(item);
    }
    return text + "]";
}

/// The largest unit without a fraction, so that it is read again as the same.
std::string shown(std::optional<Bytes> size)
{
    if (!size) {
        return "false";
    }
    constexpr std::array<std::string_view, 5> units{"", "K", "M", "G", "T"};
    Bytes number = *size;
    std::size_t unit = 0;
    while (unit + 1 < units.size() && number != 0 && number % 1024 == 0) {
        number /= 1024;
        ++unit;
    }
    return unit == 0 ? std::to_string(number) : fmt::format("\"{}{}\"", number, units.at(unit));
}

template <class T> std::string shown_number(std::optional<T> number)
{
    return number ? std::to_string(*number) : "false";
}

template <auto Part, auto Member> Judged<Policy> set_boolean(Policy policy, const PolicyValue& value)
{
    const auto flag = boolean_of(value);
    if (!flag) {
        return std::unexpected(flag.error());
    }
    (policy.*Part).*Member = *flag;
    return policy;
}

template <auto Part, auto Member> std::string show_member(const Policy& policy)
{
    return shown((policy.*Part).*Member);
}

template <auto Part, auto Member> std::string show_word(const Policy& policy)
{
    return quote_toml(to_string((policy.*Part).*Member));
}

template <auto Part, auto Member>
constexpr PolicyKey boolean(std::string_view name, std::optional<Feature> feature, std::optional<Feature> also = {})
{
    return {name, "boolean", "", feature, set_boolean<Part, Member>, show_member<Part, Member>, also};
}

std::string show_user(const Policy& policy)
{
    return policy.namespaces.user ? shown(*policy.namespaces.user) : "\"auto\"";
}

std::string show_keep(const Policy& policy)
{
    return policy.capabilities.keep_all ? "\"all\"" : shown(policy.capabilities.keep);
}

constexpr auto spaces = &Policy::namespaces;
constexpr auto files = &Policy::files;
constexpr auto calls = &Policy::syscalls;
constexpr auto process = &Policy::process;
constexpr std::string_view list = "list of strings";
constexpr std::string_view path_range = "absolute, or from {work}, {home}, {run}";
using N = NamespaceRules;
using F = FileRules;
using S = SyscallRules;
using P = ProcessRules;

// clang-format off
constexpr std::array<PolicyKey, 32> table{{
    {"namespaces.user", "boolean or \"auto\"", "", Feature::user_namespace, set_user, show_user},
    boolean<spaces, &N::pid>("namespaces.pid", Feature::pid_namespace, Feature::signals),
    boolean<spaces, &N::mount>("namespaces.mount", Feature::mount_namespace),
    boolean<spaces, &N::ipc>("namespaces.ipc", Feature::ipc_namespace),
    boolean<spaces, &N::uts>("namespaces.uts", Feature::uts_namespace),
    {"namespaces.hostname", "string", "at most 64 letters, digits, - and .; \"\": hutch", Feature::uts_namespace, set_hostname, [](const Policy& policy) { return quote_toml(policy.namespaces.hostname); }},
    boolean<spaces, &N::cgroup>("namespaces.cgroup", Feature::cgroup_namespace),
    {"namespaces.time_offset", "duration or false", "0 to 100 years", Feature::time_namespace, set_time_offset,
     [](const Policy& policy) { return shown_number(policy.namespaces.time_offset); }},
    {"namespaces.network", "string", "host, none, private", Feature::network, set_network, show_word<spaces, &N::network>},

    boolean<files, &F::read_only_root>("files.read_only_root", Feature::root),
    {"files.writable", list, path_range, Feature::root, set_writable, show_member<files, &F::writable>},
    {"files.hidden", list, path_range, Feature::hidden, set_hidden, show_member<files, &F::hidden>},
    {"files.work_tree", "string", "writable, read-only, overlay, overlay-keep", Feature::work_tree, set_work_tree, show_word<files, &F::work>},
    {"files.keep_dir", "string", path_range, Feature::work_tree, set_keep_dir,
     [](const Policy& policy) { return quote_toml(policy.files.keep_dir); }},
    {"files.tmp", "size or false", "64K to 1T", Feature::tmp, set_tmp, show_member<files, &F::tmp>},
    {"files.shm", "size or false", "64K to 1T", Feature::dev, set_shm, show_member<files, &F::shm>},
    boolean<files, &F::fresh_proc>("files.fresh_proc", Feature::proc),
    boolean<files, &F::private_home>("files.private_home", Feature::home),
    boolean<files, &F::hide_control>("files.hide_control", Feature::control),

    boolean<calls, &S::filter>("syscalls.filter", Feature::syscalls),
    {"syscalls.default", "string", "allow, deny", Feature::syscalls, set_default,
     [](const Policy& policy) { return quote_toml(policy.syscalls.default_allow ? "allow" : "deny"); }},
    {"syscalls.denial", "string", "errno, notify, kill, log", Feature::syscalls, set_denial, show_word<calls, &S::denial>},
    {"syscalls.deny", list, "calls and @groups", Feature::syscalls, set_deny, show_member<calls, &S::deny>},
    {"syscalls.allow", list, "calls and @groups", Feature::syscalls, set_allow, show_member<calls, &S::allow>},

    {"capabilities.keep", "list of strings or \"all\"", "capabilities(7)", Feature::capabilities, set_keep, show_keep},

    boolean<process, &P::no_new_privs>("process.no_new_privs", Feature::no_new_privs),
    boolean<process, &P::hermetic>("process.hermetic", {}),
    {"process.pass", list, "names, or NAME* for all that begin so", {}, set_pass, show_member<process, &P::pass>},
    boolean<process, &P::new_keyring>("process.new_keyring", {}),
    {"process.umask", "string", "\"000\" to \"777\"", {}, set_umask,
     [](const Policy& policy) { return fmt::format("\"{:03o}\"", policy.process.umask); }},
    {"process.nice", "number or false", "-20 to 19", {}, set_nice, [](const Policy& policy) { return shown_number(policy.process.nice); }},
    {"process.oom_score_adj", "number or false", "-1000 to 1000", {}, set_oom_score_adj,
     [](const Policy& policy) { return shown_number(policy.process.oom_score_adj); }},
}};
// clang-format on

constexpr std::array<std::string_view, 5> sections{"namespaces", "files", "syscalls", "capabilities", "process"};

std::string_view last_part(std::string_view name)
{
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0
}

/// Limits and profiles, as people would write them here: "limits.memory", "memory.max", "profile".
bool is_limit(std::string_view name)
{
    const std::string_view first = base::cut(name, '.').before;
    constexpr std::array<std::string_view, 4> words{"profile", "limits", "timeout", "memory"};
    const auto keys = limit_keys();
    return std::ranges::find(words, first) != words.end() || std::ranges::find(keys, name) != keys.end() ||
           std::ranges::find(keys, last_part(name)) != keys.end();
}

/// The keys of one section, or of all ("").
std::vector<std::string_view> keys_of(std::string_view section)
{
    std::vector<std::string_view> names;
    for (const PolicyKey& key : table) {
        if (section.empty() || base::cut(key.name, '.').before == section) {
            names.push_back(key.name);
        }
    }
    return names;
}

/// The key with the nearest last part: no two keys have the same.
std::optional<std::string_view> nearest_by_last_part(std::string_view last, const std::vector<std::string_view>& names)
{
    std::vector<std::string_view> lasts;
    std::ranges::transform(names, std::back_inserter(lasts), last_part);
    const auto near = base::nearest(last, lasts);
    return near ? std::optional(names[static_cast<std::size_t>(std::ranges::find(lasts, *near) - lasts.begin())])
                : std::nullopt;
}

/// "tmp", "file.tmp" and "files.tpm" are files.tmp.
std::optional<std::string_view> nearest_key(std::string_view name)
{
    const std::string last = base::to_lower(last_part(name));
    std::vector<std::string_view> all = keys_of("");
    const auto same = std::ranges::find(all, last, last_part);
    if (same != all.end()) {
        return *same;
    }
    const std::string_view section = base::cut(name, '.').before;
    if (is_policy_section(section)) {
        return nearest_by_last_part(last, keys_of(section));
    }
    all.insert(all.end(), {"description", "inherits"});
    const auto near = base::nearest(base::to_lower(name), all);
    return near ? near : nearest_by_last_part(last, all);
}

std::string keys_like(std::string_view name)
{
    const std::string_view section = base::cut(name, '.').before;
    return is_policy_section(section) ? fmt::format("known: {}", base::join(keys_of(section), ", "))
                                      : fmt::format("sections: {}", base::join(sections, ", "));
}

} // namespace

std::span<const PolicyKey> policy_keys()
{
    return table;
}

const PolicyKey* find_policy_key(std::string_view name)
{
    const auto found = std::ranges::find(table, name, &PolicyKey::name);
    return found == table.end() ? nullptr : &*found;
}

bool is_policy_section(std::string_view name)
{
    return std::ranges::find(sections, name) != sections.end();
}

std::unexpected<Complaint> unknown_policy_key(const PolicyEntry& entry)
{
    constexpr std::size_t longest_shown = 100;
    const std::string name = entry.key.substr(0, longest_shown);
    if (entry.key == "name") {
        return complain(entry.at, "a policy's name is its file's", "NAME.toml");
    }
    if (is_policy_section(entry.key)) {
        return complain(entry.at, fmt::format("'{0}' is a table", name), fmt::format("[{}]", name));
    }
    if (is_limit(entry.key)) {
        return complain(entry.at, fmt::format("'{}' is a limit, and a policy has none", name),
                        "a profile has: --profile NAME beside --policy NAME; or --limit KEY=VALUE");
    }
    const auto near = nearest_key(entry.key);
    return complain(entry.at, fmt::format("unknown key '{}'", name),
                    near ? fmt::format("did you mean '{}'?", *near) : keys_like(entry.key));
}

} // namespace hutch::config

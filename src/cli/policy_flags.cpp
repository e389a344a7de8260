#include "cli/policy_flags.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "config/policy_keys.h"
#include "config/policy_setters.h"
#include "config/policy_toml.h"
#include "kernel/syscall_groups.h"

namespace hutch::cli {

namespace {

/// What becomes of a flag's value.
enum class Use {
    name, ///< the policy
    set,  ///< KEY=VALUE
    word, ///< the key's value
    item, ///< one more in the key's list
    path, ///< the same, a path: a relative one is below the working directory
    on,   ///< no value: true
};

} // namespace

struct PolicyFlagRow {
    const char* names;
    const char* type;
    Use use;
    const char* key;
    const char* help;
};

namespace {

constexpr const char* group = "Policy: what a test may see and do";
constexpr PolicyFlagRow rows[] = {
    {"--policy", "NAME|FILE", Use::name, "",
     "trusted, default, offline, network, strict, or a file;\nalso -p NAME and HUTCH_POLICY"},
    {"--set", "KEY=VALUE", Use::set, "", "One key of it: files.tmp=2G; repeatable"},
    {"--network", "none|private|host", Use::word, "namespaces.network", "namespaces.network"},
    {"--work-tree", "MODE", Use::word, "files.work_tree", "writable, read-only, overlay (changes are thrown away)"},
    {"--writable", "PATH", Use::path, "files.writable", "Writable in a read-only root; repeatable"},
    {"--hide", "PATH", Use::path, "files.hidden", "Looks empty; repeatable"},
    {"--deny-syscall", "NAME|@GROUP", Use::item, "syscalls.deny", "Denied by a seccomp filter; repeatable"},
    {"--allow-syscall", "NAME|@GROUP", Use::item, "syscalls.allow", "Allowed, though a group denies it; repeatable"},
    {"--keep-capability", "NAME", Use::item, "capabilities.keep", "Not dropped; repeatable"},
    {"--hermetic", "", Use::on, "process.hermetic", "Only PATH, LANG, TERM, HOME, USER of the environment"},
    {"--no-new-privs", "", Use::on, "process.no_new_privs", "Set-uid programs do not raise privileges"},
};

config::PolicyValue text_value(std::string text)
{
    config::PolicyValue value;
    value.kind = config::PolicyValue::Kind::text;
    value.what = "a string";
    value.text = std::move(text);
    return value;
}

config::PolicyValue true_value()
{
    config::PolicyValue value;
    value.kind = config::PolicyValue::Kind::boolean;
    value.what = "a boolean";
    value.boolean = true;
    return value;
}

/// ["...", text]
config::PolicyValue added_value(std::string text)
{
    config::PolicyValue value;
    value.kind = config::PolicyValue::Kind::list;
    value.what = "a list";
    value.list = {text_value(std::string(config::inherited_items)), text_value(std::move(text))};
    return value;
}

/// As people write paths on a command line; "{home}/x" and what is absolute stay.
std::string policy_path(const std::string& path, const std::string& cwd)
{
    const bool is_policy_path = path.empty() || path.starts_with('/') || path.starts_with('{') || path.starts_with('~');
    return is_policy_path ? path : std::filesystem::path(cwd + "/" + path).lexically_normal().string();
}

config::PolicyValue value_of(const PolicyFlagRow& row, const std::string& text, const std::string& cwd)
{
    switch (row.use) {
    case Use::word:
    case Use::name:
    case Use::set:
        break;
    case Use::item:
        return added_value(text);
    case Use::path:
        return added_value(policy_path(text, cwd));
    case Use::on:
        return true_value();
    }
    return text_value(text);
}

Result<config::LoadedPolicy> with_flag(config::LoadedPolicy loaded, const PolicyFlagRow& row, const std::string& text,
                                       const std::string& cwd, const config::PolicyPlaces& places)
{
    if (row.use == Use::set) {
        return config::with_setting(std::move(loaded), row.names, text, places);
    }
    const std::string_view key = row.key;
    const std::string label = row.use == Use::on ? std::string(row.names) : fmt::format("{} '{}'", row.names, text);
    if (key == "capabilities.keep" && loaded.policy.capabilities.keep_all) {
        return loaded; // it is kept with all others
    }
    if (key == "syscalls.deny" && !loaded.policy.syscalls.filter) {
        auto filtered = config::with_entry(std::move(loaded), label, {"syscalls.filter", {}, true_value()}, places);
        if (!filtered) {
            return filtered;
        }
        loaded = std::move(*filtered);
    }
    return config::with_entry(std::move(loaded), label, {std::string(key), {}, value_of(row, text, cwd)}, places);
}

std::string user_policies()
{
    const std::string config = environment_variable("XDG_CONFIG_HOME");
    const std::string home = environment_variable("HOME");
    if (config.starts_with('/')) {
        return config + "/hutch/policies";
    }
    return home.starts_with('/') ? home + "/.config/hutch/policies" : std::string();
}

} // namespace

std::string_view implicit_policy_name()
{
    return "trusted";
}

config::PolicyPlaces policy_places(const std::string& cwd)
{
    config::PolicyPlaces places;
    places.project = cwd + "/policies";
    places.user = user_policies();
    places.base = cwd;
    places.check_call = [](std::string_view name) -> Result<void> {
        if (auto calls = kernel::expand_call(name); !calls) {
            return std::unexpected(std::move(calls.error()));
        }
        return {};
    };
    return places;
}

bool names_policy(std::string_view value)
{
    return !value.substr(0, value.find('/')).contains('=');
}

void PolicyFlags::add(CLI::App& command, const PolicyFlagRow& row)
{
    CLI::Option* option = row.use == Use::on ? command.add_flag(row.names, row.help)
                                             : command.add_option(row.names, row.help)
                                                   ->type_name(row.type)
                                                   ->type_size(1)
                                                   ->expected(1)
                                                   ->allow_extra_args(false)
                                                   ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    flags_.push_back({option->group(group), &row});
}

void PolicyFlags::add_to(CLI::App& command)
{
    command_ = &command;
    for (const PolicyFlagRow& row : rows) {
        add(command, row);
    }
}

void PolicyFlags::add_changes_to(CLI::App& command)
{
    command_ = &command;
    for (const PolicyFlagRow& row : rows) {
        if (row.use != Use::name) {
            add(command, row);
        }
    }
}

bool PolicyFlags::given() const
{
    return std::ranges::any_of(flags_,
                               [](const Flag& flag) { return flag.row->use != Use::name && flag.option->count() > 0; });
}

std::string PolicyFlags::named() const
{
    std::string name = environment_variable("HUTCH_POLICY");
    const CLI::Option* property = command_->get_option_no_throw("-p");
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* option : order_of_last_parse(*command_)) {
        const auto flag = std::ranges::find(flags_, option, &Flag::option);
        const bool is_policy = flag != flags_.end() && flag->row->use == Use::name;
        if (!is_policy && option != property) {
            continue;
        }
        const std::string& value = option->results().at(taken[option]++);
        name = is_policy || names_policy(value) ? value : name;
    }
    return name;
}

Result<config::LoadedPolicy> PolicyFlags::changed(config::LoadedPolicy loaded, const std::string& cwd) const
{
    const config::PolicyPlaces places = policy_places(cwd);
    Result<config::LoadedPolicy> result = std::move(loaded);
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* option : order_of_last_parse(*command_)) {
        const auto flag = std::ranges::find(flags_, option, &Flag::option);
        if (!result || flag == flags_.end() || flag->row->use == Use::name) {
            continue;
        }
        const std::string text = flag->row->use == Use::on ? "" : option->results().at(taken[option]++);
        result = with_flag(std::move(*result), *flag->row, text, cwd, places);
    }
    if (!result) {
        return result;
    }
    if (auto complete = config::check_flags(*result); !complete) {
        return std::unexpected(std::move(complete.error()));
    }
    return result;
}

Result<Policy> PolicyFlags::policy(const std::string& cwd, Isolation isolation) const
{
    return policy_of(Traits(), cwd, isolation);
}

Result<Policy> PolicyFlags::policy_of(const Traits& traits, const std::string& cwd, Isolation isolation) const
{
    const std::string on_line = named();
    const bool own = on_line.empty();
    const std::string none = traits.isolation == Apart::none ? "trusted" : "";
    const std::string name = own ? traits.policy.value_or(none) : on_line;
    auto loaded = config::load_policy(name.empty() ? implicit_policy_name() : name, policy_places(cwd));
    if (!loaded) {
        return std::unexpected(std::move(loaded.error()));
    }
    loaded->policy.set_origin(name.empty() ? Origin::profile : Origin::asked);
    if (own && traits.network) {
        loaded->policy.namespaces.network = *traits.network;
        loaded->policy.set_origin(Feature::network, Origin::asked);
    }
    loaded = changed(std::move(*loaded), cwd);
    if (!loaded) {
        return std::unexpected(std::move(loaded.error()));
    }
    return isolation == Isolation::off ? config::find_policy("trusted") : Result<Policy>(std::move(loaded->policy));
}

} // namespace hutch::cli

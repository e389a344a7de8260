// A policy's texts, laid one over the other; see policy_file.h.
#include "config/policy_file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/policy_keys.h"
#include "config/policy_needs.h"
#include "config/policy_setters.h"
#include "config/policy_toml.h"

namespace hutch::config {
namespace {

constexpr std::size_t longest_chain = 16;
constexpr std::size_t longest_description = 200;

/// `label` is a file's name or a flag's; a flag has no lines.
std::unexpected<Error> error_in(std::string_view label, const Complaint& complaint)
{
    const Position at = complaint.at;
    const std::string where = at.line == 0 ? std::string(label) : fmt::format("{}:{}:{}", label, at.line, at.column);
    return usage_error(fmt::format("{}: {}", where, complaint.message), complaint.hint);
}

using CallCheck = std::function<Result<void>(std::string_view)>;

Judged<void> check_calls(const PolicyEntry& entry, const CallCheck& check)
{
    if (!check || (entry.key != "syscalls.deny" && entry.key != "syscalls.allow")) {
        return {};
    }
    for (const PolicyValue& item : entry.value.list) {
        if (item.text == inherited_items) {
            continue;
        }
        if (const auto known = check(item.text); !known) {
            return complain(item.at, known.error().message, known.error().hint);
        }
    }
    return {};
}

Judged<Policy> set_description(Policy policy, const PolicyValue& value)
{
    auto text = text_of(value);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    const auto is_control = [](char each) { return static_cast<unsigned char>(each) < 0x20 || each == 0x7F; };
    if (text->size() > longest_description || std::ranges::any_of(*text, is_control)) {
        return complain(value.at, fmt::format("a description is one line of at most {} bytes", longest_description));
    }
    policy.description = std::move(*text);
    return policy;
}

Judged<Policy> set_entry(Policy policy, const PolicyEntry& entry, const CallCheck& check)
{
    if (entry.key == "inherits") {
        return policy; // already done: it is below everything else, wherever it is written
    }
    if (entry.key == "description") {
        return set_description(std::move(policy), entry.value);
    }
    const PolicyKey* key = find_policy_key(entry.key);
    const bool is_empty_table = entry.value.what == "a table" && is_policy_section(entry.key);
    if (key == nullptr && is_empty_table) {
        return policy;
    }
    if (key == nullptr) {
        return unknown_policy_key(entry);
    }
    auto set = key->set(std::move(policy), entry.value);
    const auto checked = check_calls(entry, check);
    return set && !checked ? Judged<Policy>(std::unexpected(checked.error())) : std::move(set);
}

/// What is inherited has its own chain of files, which must come to an end.
class Loading {
  public:
    explicit Loading(const PolicyPlaces& places) : places_(places) {}

    Result<LoadedPolicy> load(const PolicyText& text)
    {
        const auto entries = read_policy_toml(text.text);
        if (!entries) {
            return error_in(text.label(), entries.error());
        }
        auto base = base_of(text, *entries);
        if (!base) {
            return base;
        }
        return lay(std::move(*base), text, *entries);
    }

  private:
    Result<LoadedPolicy> base_of(const PolicyText& text, const std::vector<PolicyEntry>& entries)
    {
        const auto inherits = std::ranges::find(entries, "inherits", &PolicyEntry::key);
        if (inherits == entries.end()) {
            return LoadedPolicy{};
        }
        const PolicyValue& value = inherits->value;
        const auto name = text_of(value);
        if (!name) {
            return error_in(text.label(), name.error());
        }
        open_.push_back(identity(text));
        auto found = find(*name, text);
        if (!found) {
            return error_in(text.label(), Complaint{value.at, found.error().message, found.error().hint});
        }
        if (std::ranges::find(open_, identity(*found)) != open_.end()) {
            return error_in(text.label(),
                            Complaint{value.at, fmt::format("inherits '{}', which inherits this: a cycle", *name), ""});
        }
        if (open_.size() >= longest_chain) {
            return error_in(
                text.label(),
                Complaint{value.at, fmt::format("more than {} policies inherit from each other", longest_chain), ""});
        }
        return load(*found);
    }

    Result<PolicyText> find(std::string_view name, const PolicyText& from) const
    {
        PolicyPlaces places = places_;
        if (!from.source.empty()) {
            places.base = std::filesystem::path(from.source).parent_path().string();
        }
        return find_policy_text(name, places);
    }

    static std::string identity(const PolicyText& text)
    {
        std::error_code error;
        const auto path = std::filesystem::weakly_canonical(text.source, error);
        return text.source.empty() || error ? text.label() : path.string();
    }

    Result<LoadedPolicy> lay(LoadedPolicy loaded, const PolicyText& text, const std::vector<PolicyEntry>& entries) const
    {
        loaded.policy.description.clear(); // the inherited one describes something else
        for (const PolicyEntry& entry : entries) {
            auto set = set_entry(std::move(loaded.policy), entry, places_.check_call);
            if (!set) {
                return error_in(text.label(), set.error());
            }
            loaded.policy = std::move(*set);
            if (find_policy_key(entry.key) != nullptr) {
                loaded.from[entry.key] = {text.label(), entry.at.line};
            }
        }
        if (const auto needs = check_needs(loaded.policy, entries); !needs) {
            return error_in(text.label(), needs.error());
        }
        loaded.policy.name = text.name;
        loaded.policy.source = text.source;
        loaded.chain.push_back(text.label());
        return loaded;
    }

    const PolicyPlaces& places_;
    std::vector<std::string> open_;
};

/// Where a value of a flag stands, nobody can point to.
PolicyValue without_place(PolicyValue value)
{
    value.at = {};
    for (PolicyValue& item : value.list) {
        item = without_place(std::move(item)); // as deep as read_policy_toml() lets it be
    }
    return value;
}

} // namespace

Result<LoadedPolicy> load_policy_text(const PolicyText& text, const PolicyPlaces& places)
{
    return Loading(places).load(text);
}

Result<LoadedPolicy> load_policy(std::string_view name, const PolicyPlaces& places)
{
    const auto text = find_policy_text(name, places);
    if (!text) {
        return std::unexpected(text.error());
    }
    return load_policy_text(*text, places);
}

Result<Policy> find_policy(std::string_view name, const PolicyPlaces& places)
{
    auto loaded = load_policy(name, places);
    if (!loaded) {
        return std::unexpected(std::move(loaded.error()));
    }
    return std::move(loaded->policy);
}

Result<LoadedPolicy> with_entry(LoadedPolicy loaded, std::string_view flag, const PolicyEntry& entry,
                                const PolicyPlaces& places)
{
    const PolicyEntry placeless{entry.key, {}, without_place(entry.value)};
    const PolicyKey* key = find_policy_key(entry.key);
    if (key == nullptr) {
        return error_in(flag, unknown_policy_key(placeless).error());
    }
    auto set = set_entry(std::move(loaded.policy), placeless, places.check_call);
    if (!set) {
        return error_in(flag, set.error());
    }
    loaded.policy = std::move(*set);
    loaded.from[entry.key] = {std::string(flag), 0};
    for (const auto feature : {key->feature, key->also}) {
        if (feature) {
            loaded.policy.set_origin(*feature, Origin::asked);
        }
    }
    return loaded;
}

Result<LoadedPolicy> with_setting(LoadedPolicy loaded, std::string_view flag, std::string_view assignment,
                                  const PolicyPlaces& places)
{
    const auto [name, text] = base::cut(assignment, '=');
    const std::string label = fmt::format("{} '{}'", flag, assignment);
    if (!text) {
        return usage_error(fmt::format("{}: not KEY=VALUE", label));
    }
    auto value = read_policy_value(base::trim(*text));
    if (!value) {
        return error_in(label, value.error());
    }
    return with_entry(std::move(loaded), label, {std::string(base::trim(name)), {}, std::move(*value)}, places);
}

Result<void> check_flags(const LoadedPolicy& loaded)
{
    for (const auto& [key, origin] : loaded.from) {
        if (origin.line != 0) {
            continue;
        }
        const PolicyEntry written{key, {}, {}};
        if (const auto needs = check_needs(loaded.policy, {&written, 1}); !needs) {
            return error_in(origin.from, needs.error());
        }
    }
    return {};
}

} // namespace hutch::config

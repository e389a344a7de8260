// The keys of hutch.toml that are traits, limits among them; see project_setters.h.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/known_name.h"
#include "config/limit_options.h"
#include "config/project_setters.h"
#include "config/project_values.h"
#include "config/trait_values.h"
#include "config/traits.h"

namespace hutch::config {
namespace {

using Kind = TomlNode::Kind;

template <class T> using Parser = Result<T> (*)(std::string_view);

template <class T>
Draft set_parsed(TableDraft draft, Position at, const Judged<std::string>& text, std::optional<T> Traits::*trait,
                 std::type_identity_t<Parser<T>> parse)
{
    auto value = text ? judged(at, parse(*text)) : std::unexpected(text.error());
    if (!value) {
        return std::unexpected(std::move(value.error()));
    }
    draft.traits.*trait = std::move(*value);
    return draft;
}

template <class T>
Draft set_word(TableDraft draft, const TomlNode& node, std::optional<T> Traits::*trait,
               std::type_identity_t<Parser<T>> parse)
{
    return set_parsed(std::move(draft), node.at, text_in(node), trait, parse);
}

Draft set_number(TableDraft draft, const TomlNode& node, std::optional<unsigned> Traits::*trait, Parser<unsigned> parse)
{
    const auto number = integer_in(node);
    const auto text = number ? Judged<std::string>(std::to_string(*number)) : std::unexpected(number.error());
    return set_parsed(std::move(draft), node.at, text, trait, parse);
}

Draft set_boolean(TableDraft draft, const TomlNode& node, std::optional<bool> Traits::*trait)
{
    const auto flag = boolean_in(node);
    if (!flag) {
        return std::unexpected(flag.error());
    }
    draft.traits.*trait = *flag;
    return draft;
}

Draft set_reason(TableDraft draft, const TomlNode& node, std::optional<std::string> Traits::*trait)
{
    auto reason = reason_in(node);
    if (!reason) {
        return std::unexpected(std::move(reason.error()));
    }
    draft.traits.*trait = std::move(*reason);
    return draft;
}

Draft set_list(TableDraft draft, const TomlNode& node, std::vector<std::string> Traits::*trait,
               Parser<std::string> parse)
{
    const auto items = texts_in(node);
    if (!items) {
        return std::unexpected(items.error());
    }
    std::vector<std::string>& list = draft.traits.*trait;
    for (const TomlNode* item : *items) {
        auto value = judged(item->at, parse(item->text));
        if (!value) {
            return std::unexpected(std::move(value.error()));
        }
        if (std::ranges::find(list, *value) == list.end()) {
            list.push_back(std::move(*value));
        }
    }
    return draft;
}

/// One limit of the file: the kernel's name for it, and what the user called it.
struct NamedLimit {
    std::string_view limit;
    std::string written;
    Position at; ///< of the value
};

constexpr std::size_t longest_shown = 60;
constexpr std::string_view limit_wanted = "a limit (a string or a number)";

/// The limits that `node` alone sets. A list is for io.max, which has one item for each disk.
Judged<Limits> limits_of(const TomlNode& node, std::string_view limit, Bytes ram)
{
    Limits limits = Traits::nothing_limited();
    const bool is_list = limit == "io.max" && node.kind == Kind::list;
    const auto items = is_list ? texts_in(node) : Judged<std::vector<const TomlNode*>>(std::vector{&node});
    if (!items) {
        return std::unexpected(items.error());
    }
    for (const TomlNode* item : *items) {
        const auto text = quantity_in(*item, limit_wanted);
        if (!text) {
            return std::unexpected(text.error());
        }
        auto applied = judged(item->at, apply_limit(std::move(limits), fmt::format("{}={}", limit, *text), ram));
        if (!applied) {
            return applied;
        }
        limits = std::move(*applied);
    }
    return limits;
}

Draft set_one(TableDraft draft, const TomlNode& node, const NamedLimit& named, Bytes ram)
{
    const auto before = std::ranges::find(draft.limits_set, named.limit, &std::pair<std::string, std::string>::first);
    if (before != draft.limits_set.end()) {
        return complain(named.at, fmt::format("'{}' and '{}' are the same limit", before->second, named.written));
    }
    const auto limits = limits_of(node, named.limit, ram);
    if (!limits) {
        return std::unexpected(limits.error());
    }
    if (limited(*limits).empty()) {
        return complain(named.at, fmt::format("'{}' sets no limit: here one can be set or changed, not taken away", named.written),
                        "profile = a larger one, or a larger value");
    }
    draft.traits.limits = limits_over(std::move(draft.traits.limits), *limits);
    draft.limits_set.emplace_back(named.limit, named.written);
    return draft;
}

} // namespace

Draft set_limit(TableDraft draft, const TomlNode& node, const KeyContext& context)
{
    const NamedLimit named{context.key.limit, std::string(context.key.name), node.at};
    if (node.kind == Kind::table && !node.table.empty()) { // memory.max = "1G", not in [run.limits]
        return wrong_kind(node, limit_wanted, fmt::format("limits.\"{}\" is the kernel's spelling", named.limit));
    }
    return set_one(std::move(draft), node, named, context.ram);
}

Draft set_limits(TableDraft draft, const TomlNode& node, const KeyContext& context)
{
    if (node.kind != Kind::table) {
        return wrong_kind(node, "a table of limits");
    }
    struct Found {
        std::string limit;
        const TomlEntry* entry;
    };
    std::vector<Found> found;
    for (const TomlEntry& entry : node.table) {
        if (entry.node.kind != Kind::table || entry.node.table.empty()) {
            found.push_back({entry.key, &entry});
            continue;
        }
        for (const TomlEntry& inner : entry.node.table) { // memory.max = "1G", without the quotes around the key
            found.push_back({entry.key + "." + inner.key, &inner});
        }
    }
    const auto known = limit_keys();
    for (const auto& [limit, entry] : found) {
        if (std::ranges::find(known, limit) == known.end()) {
            const Error unknown = unknown_name("limit", limit.substr(0, longest_shown), known).error();
            return complain(entry->at, unknown.message, unknown.hint);
        }
        Draft set = set_one(std::move(draft), entry->node, {limit, "limits." + limit, entry->node.at}, context.ram);
        if (!set) {
            return set;
        }
        draft = std::move(*set);
    }
    return draft;
}

Draft set_profile(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_word(std::move(draft), node, &Traits::profile, profile_value);
}

Draft set_policy(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_word(std::move(draft), node, &Traits::policy, policy_value);
}

Draft set_priority(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_word(std::move(draft), node, &Traits::priority, priority_value);
}

Draft set_tags(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_list(std::move(draft), node, &Traits::tags, label_value);
}

Draft set_depends_on(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_list(std::move(draft), node, &Traits::depends_on, dependency_value);
}

Draft set_retries(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_number(std::move(draft), node, &Traits::retries, retries_value);
}

Draft set_retry_delay(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    const auto text = quantity_in(node, "a duration (\"90s\", or a number of seconds)");
    return set_parsed(std::move(draft), node.at, text, &Traits::retry_delay, delay_value);
}

Draft set_ports(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_number(std::move(draft), node, &Traits::ports, ports_value);
}

Draft set_isolation(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_word(std::move(draft), node, &Traits::isolation, isolation_value);
}

Draft set_test_network(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_word(std::move(draft), node, &Traits::network, network_value);
}

Draft set_exclusive(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_boolean(std::move(draft), node, &Traits::exclusive);
}

Draft set_slots(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_number(std::move(draft), node, &Traits::slots, slots_value);
}

Draft set_groups(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_list(std::move(draft), node, &Traits::groups, label_value);
}

Draft set_skip(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_reason(std::move(draft), node, &Traits::skip);
}

Draft set_planned(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_reason(std::move(draft), node, &Traits::planned);
}

Draft set_slow(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return set_boolean(std::move(draft), node, &Traits::slow);
}

} // namespace hutch::config

// A filter asked, put together, and made of the flags of `hutch run`; see filter.h.
#include "discover/filter.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "discover/filter_node.h"

namespace hutch::discover {
namespace {

using Kind = FilterNode::Kind;

/// The depth is the parser's bound and that of make_filter().
bool fits_node(const FilterNode& node, const Subject& subject)
{
    const auto fits = [&](const NodePtr& part) { return fits_node(*part, subject); };
    switch (node.kind) {
    case Kind::every:
        return std::ranges::all_of(node.parts, fits);
    case Kind::any:
        return std::ranges::any_of(node.parts, fits);
    case Kind::negation:
        return !fits(node.parts.front());
    case Kind::leaf:
        return node.leaf(subject);
    }
    return false;
}

/// The values of one kind, any of which will do.
using Values = std::vector<Filter>;

/// "a,{b,c}" → "a" and "{b,c}".
std::vector<std::string_view> split_outside_braces(std::string_view list)
{
    std::vector<std::string_view> items;
    std::size_t depth = 0, begin = 0;
    for (std::size_t at = 0; at < list.size(); ++at) {
        depth += list[at] == '{' ? 1 : 0;
        depth -= list[at] == '}' && depth > 0 ? 1 : 0;
        if (list[at] == ',' && depth == 0) {
            items.push_back(base::trim(list.substr(begin, at - begin)));
            begin = at + 1;
        }
    }
    items.push_back(base::trim(list.substr(begin)));
    return items;
}

/// One flag's value by a predicate.
Result<Filter> from_flag(std::string_view flag, std::string_view value, std::string_view predicate, std::string_view argument)
{
    Leaf leaf = argument.empty() ? Leaf(std::unexpected(Misfit{0, "no value"})) : make_leaf(predicate, argument);
    if (!leaf) {
        return usage_error(fmt::format("{} '{}': {}", flag, value, leaf.error().message), leaf.error().hint);
    }
    return Filter(std::make_shared<const FilterNode>(std::move(*leaf)));
}

Result<Filter> from_name(const std::string& name)
{
    const bool is_regex = name.size() > 2 && name.starts_with('/') && name.ends_with('/');
    if (name.empty() || is_regex) {
        std::string regex = is_regex ? name.substr(1, name.size() - 2) : "";
        if (regex.starts_with('=')) {
            regex.replace(0, 1, "[=]"); // name(=…) would be another thing
        }
        return from_flag("--name", name, "name", regex);
    }
    return Filter(std::make_shared<const FilterNode>(name_contains(name)));
}

/// All kinds that are given; each has to fit.
class Kinds {
  public:
    /// False: the first error was met before.
    void add(const Result<Values>& values)
    {
        if (!values) {
            error_ = error_ ? error_ : std::optional(values.error());
        } else if (!values->empty()) {
            all_ = all_ & Filter::any_of(*values);
        }
    }
    Result<Filter> result() const { return error_ ? Result<Filter>(std::unexpected(*error_)) : all_; }

  private:
    Filter all_;
    std::optional<Error> error_;
};

/// Each of `given`, made by `make`, or the first error.
template <class Given, class Make> Result<Values> each_of(const Given& given, Make make)
{
    Values values;
    for (const auto& each : given) {
        Result<Filter> made = make(each);
        if (!made) {
            return std::unexpected(made.error());
        }
        values.push_back(std::move(*made));
    }
    return values;
}

struct Switch {
    bool on;
    std::string_view argument;
};
Result<Values> switches(std::string_view predicate, std::initializer_list<Switch> all)
{
    Values values;
    for (const Switch& each : all) {
        if (each.on) {
            values.push_back(*from_flag("", "", predicate, each.argument)); // our own words: never an error
        }
    }
    return values;
}

Filter slow_ones()
{
    return Filter(std::make_shared<const FilterNode>(*make_leaf("slow", "")));
}

} // namespace

NodePtr make_node(Kind kind, std::vector<NodePtr> parts)
{
    FilterNode node;
    node.kind = kind;
    node.parts = std::move(parts);
    node.needs_history = std::ranges::any_of(node.parts, &FilterNode::needs_history, &NodePtr::operator*);
    node.minds_slow = std::ranges::any_of(node.parts, &FilterNode::minds_slow, &NodePtr::operator*);
    return std::make_shared<const FilterNode>(std::move(node));
}

Filter::Filter() : node_(make_node(Kind::every, {})) {}

bool Filter::fits(const Subject& subject) const
{
    return fits_node(*node_, subject);
}

bool Filter::needs_history() const
{
    return node_->needs_history;
}

bool Filter::minds_slow() const
{
    return node_->minds_slow;
}

Filter Filter::any_of(const std::vector<Filter>& filters)
{
    std::vector<NodePtr> nodes;
    std::ranges::transform(filters, std::back_inserter(nodes), &Filter::node_);
    return Filter(make_node(Kind::any, std::move(nodes)));
}

Filter operator&(const Filter& a, const Filter& b)
{
    return Filter(make_node(Kind::every, {a.node_, b.node_}));
}

Filter operator!(const Filter& a)
{
    return Filter(make_node(Kind::negation, {a.node_}));
}

Result<Filter> make_filter(const FilterFlags& flags)
{
    Kinds kinds;
    const auto from_tags = [](const std::string& list) {
        const auto made = each_of(split_outside_braces(list), [&](std::string_view tag) { return from_flag("--tag", list, "tag", tag); });
        return made ? Result<Filter>(Filter::any_of(*made)) : std::unexpected(made.error());
    };
    const auto from_priority = [](const std::string& list) { return from_flag("--priority", list, "priority", list); };
    const auto from_expression = [](const std::string& text) { return Filter::parse(text); };

    kinds.add(switches("level", {{flags.unit, "unit"}, {flags.integration, "integration"}, {flags.system, "system"}}));
    kinds.add(switches("status", {{flags.only_skipped, "skipped"}, {flags.planned_only, "planned"}, {flags.only_failed, "failed"}}));
    kinds.add(each_of(flags.tags, from_tags));
    kinds.add(each_of(flags.priorities, from_priority));
    kinds.add(each_of(flags.names, from_name));
    kinds.add(each_of(flags.expressions, from_expression));

    const Result<Filter> chosen = kinds.result();
    if (!chosen || (!flags.only_slow && (flags.all || chosen->minds_slow()))) {
        return chosen;
    }
    return *chosen & (flags.only_slow ? slow_ones() : !slow_ones());
}

} // namespace hutch::discover

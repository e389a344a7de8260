// A filter's tree, and the table of predicates that are its leaves. Between filter_parser.cpp, which makes trees, and filter.cpp, which
// asks them.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discover/filter.h"

namespace hutch::discover {

using NodePtr = std::shared_ptr<const FilterNode>;

struct FilterNode {
    enum class Kind { every, any, negation, leaf };
    Kind kind = Kind::every;
    std::vector<NodePtr> parts; ///< of a negation one; every() of none is true, any() of none is false
    std::function<bool(const Subject&)> leaf;
    bool needs_history = false, minds_slow = false; ///< of any leaf below
    std::size_t regexes = 0;                        ///< compiled ones in it
};

NodePtr make_node(FilterNode::Kind kind, std::vector<NodePtr> parts);

/// What is wrong with an argument: from which byte of it on.
struct Misfit {
    std::size_t offset = 0;
    std::string message;
    std::string hint = {};
};
using Leaf = std::expected<FilterNode, Misfit>;

struct Predicate {
    std::string_view name;     ///< "tag"
    std::string_view argument; ///< as docs/filters.md has it; "": takes none
    std::string_view meaning;
    Leaf (*make)(std::string_view argument);
};
std::span<const Predicate> predicates();
std::expected<const Predicate*, Misfit> find_predicate(std::string_view name);

/// For flags: one leaf of the predicate of this name.
Leaf make_leaf(std::string_view predicate, std::string_view argument);
/// --name: a part of the name.
FilterNode name_contains(std::string_view part);

} // namespace hutch::discover

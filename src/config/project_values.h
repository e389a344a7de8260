// Values of hutch.toml: a node of the tree → a value of its kind, or a complaint with the place. What the values of traits mean is
// trait_values.h's business. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_tree.h"
#include "hutch/error.h"

namespace hutch::config {

inline constexpr std::size_t longest_project_list = 1024;

/// "a string is wanted, and this is a list".
std::unexpected<Complaint> wrong_kind(const TomlNode& node, std::string_view wanted, std::string hint = {});

/// What somebody else says of a value, with the place where it stands.
template <class T> Judged<T> judged(Position at, Result<T> result)
{
    if (!result) {
        return complain(at, std::move(result.error().message), std::move(result.error().hint));
    }
    return std::move(*result);
}

Judged<bool> boolean_in(const TomlNode& node);
Judged<std::int64_t> integer_in(const TomlNode& node);
Judged<std::string> text_in(const TomlNode& node);

/// A string, or the items of a list of strings: the nodes, so that a complaint about one of them finds its place.
Judged<std::vector<const TomlNode*>> texts_in(const TomlNode& node);

/// A string, or a number as text: "1.5" for 1.5. For what has units: sizes, durations, limits.
Judged<std::string> quantity_in(const TomlNode& node, std::string_view wanted);

/// A pattern or a list of them, each good for base::glob_matches(), at least one.
Judged<std::vector<std::string>> patterns_in(const TomlNode& node);

/// argv: a list of strings, or one string without quotes, split at blanks. Not empty, and nor is its first word; of placeholders it has
/// only `known` ones.
Judged<std::vector<std::string>> command_in(const TomlNode& node, std::span<const std::string_view> known);

/// A list of exit codes, 1 to 255, each once.
Judged<std::vector<int>> codes_in(const TomlNode& node);

/// { LANG = "C" } → "LANG=C".
Judged<std::vector<std::string>> environment_in(const TomlNode& node);

/// A string, or true, which is ""; see Traits::skip.
Judged<std::string> reason_in(const TomlNode& node);

} // namespace hutch::config

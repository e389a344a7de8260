// A TOML text as a tree: tables stay tables, lists of tables stay lists, and everything has its place. For files whose shape is more than
// keys with values (hutch.toml); a policy is flat, and policy_value.h is enough for it. Nothing of the TOML library is here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/policy_value.h"

namespace hutch::config {

struct TomlEntry;

struct TomlNode {
    enum class Kind {
        boolean,
        integer,
        fraction,
        text,
        list,
        table,
        other, ///< a date or a time: nothing of ours
    };
    Kind kind = Kind::other;
    bool boolean = false;
    std::int64_t integer = 0;
    double fraction = 0;
    std::string text;
    std::vector<TomlNode> list;
    std::vector<TomlEntry> table; ///< in the order of the text; each key once
    std::string_view what;        ///< "a string", "a date or time": for messages
    Position at;                  ///< of a table with a header: of its '['
};

struct TomlEntry {
    std::string key; ///< one part: a.b = 1 is a table "a" with an entry "b"
    Position at;
    TomlNode node;
};

/// The root table. `what` ("a project file") is for the message about a text of more than `policy_file_limit` bytes. A string or key
/// with a NUL is a complaint: it could be neither a path nor an argument. Defined in policy_toml.cpp, which alone sees the library.
Judged<TomlNode> read_toml_tree(std::string_view text, std::string_view what);

} // namespace hutch::config

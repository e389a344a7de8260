// A policy file between its text and a Policy: keys with values and where they stand. Nothing of the TOML library is here;
// policy_toml.h makes these, policy_keys.h gives them a meaning.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::config {

/// Both from 1; a column is a character, not a byte. Line 0: on the command line, there is no place to name.
struct Position {
    std::uint32_t line = 0, column = 0;
    auto operator<=>(const Position&) const = default;
};

struct PolicyValue {
    enum class Kind {
        boolean,
        integer,
        text,
        list,
        other, ///< a number with a fraction, a date, a table: no key takes one
    };
    Kind kind = Kind::other;
    bool boolean = false;
    std::int64_t integer = 0;
    std::string text;
    std::vector<PolicyValue> list;
    std::string_view what; ///< "a string", "a date": for messages
    Position at;
};

/// files.tmp = "1G" is {"files.tmp", …}, however it was written (table, dotted key, inline table).
struct PolicyEntry {
    std::string key;
    Position at;
    PolicyValue value;
};

/// What is wrong, and where; the file's name is added by who knows it.
struct Complaint {
    Position at;
    std::string message;
    std::string hint;
};
template <class T> using Judged = std::expected<T, Complaint>;

inline std::unexpected<Complaint> complain(Position at, std::string message, std::string hint = {})
{
    return std::unexpected(Complaint{at, std::move(message), std::move(hint)});
}

} // namespace hutch::config

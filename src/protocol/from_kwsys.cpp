// A pattern in KWSys's language → RE2's: the list of differences is in expressions.h. What KWSys refuses, RE2 has to refuse, too, where
// it would else mean something: such a piece is left so that it does.
#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "protocol/expressions.h"

namespace hutch::protocol {
namespace {

using Set = std::bitset<256>;

unsigned char byte_of(char character)
{
    return static_cast<unsigned char>(character);
}

/// One byte that stands for itself, in or out of brackets.
void append_literal(std::string& to, unsigned char byte)
{
    constexpr std::string_view marks = R"(\.+*?()|[]{}^$-)";
    if (byte < ' ' || byte > '~') {
        to += fmt::format("\\x{:02x}", byte);
        return;
    }
    if (marks.contains(static_cast<char>(byte))) {
        to += '\\';
    }
    to += static_cast<char>(byte);
}

void append_set(std::string& to, const Set& set, bool negated)
{
    to += negated ? "[^" : "[";
    for (unsigned first = 0; first < set.size(); ++first) {
        if (!set.test(first)) {
            continue;
        }
        unsigned last = first;
        while (last + 1 < set.size() && set.test(last + 1)) {
            ++last;
        }
        append_literal(to, static_cast<unsigned char>(first));
        if (last > first) {
            to += '-';
            append_literal(to, static_cast<unsigned char>(last));
        }
        first = last;
    }
    to += ']';
}

struct Brackets {
    Set set;
    bool negated = false;
    bool valid = false;
    std::size_t end = 0; ///< behind the closing one
};

/// `at` is behind the opening one. Without a closing one, and with a range that runs backwards, it is not valid.
Brackets read_brackets(std::string_view pattern, std::size_t at)
{
    Brackets found;
    if (at < pattern.size() && pattern[at] == '^') {
        found.negated = true;
        ++at;
    }
    if (at < pattern.size() && (pattern[at] == ']' || pattern[at] == '-')) {
        found.set.set(byte_of(pattern[at++]));
    }
    for (; at < pattern.size() && pattern[at] != ']'; ++at) {
        const bool range = pattern[at] == '-' && at + 1 < pattern.size() && pattern[at + 1] != ']';
        if (!range) {
            found.set.set(byte_of(pattern[at]));
            continue;
        }
        // The byte before is in the set already. It may itself be the end of a range, and begins another then.
        const unsigned last = byte_of(pattern[at + 1]);
        unsigned next = byte_of(pattern[at - 1]);
        if (next > last) {
            return found;
        }
        while (next <= last) {
            found.set.set(next++);
        }
        ++at;
    }
    found.valid = at < pattern.size();
    found.end = at + 1;
    return found;
}

} // namespace

std::string from_kwsys(std::string_view pattern)
{
    std::string made;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char character = pattern[at];
        if (character == '(') {
            made += "(?:"; // "(?" of the pattern is no flag of RE2's then, but an error
        } else if (std::string_view("^$.|)?+*").contains(character)) {
            made += character;
        } else if (character == '\\' && at + 1 == pattern.size()) {
            made += character; // an error for both
        } else if (character == '[') {
            const Brackets brackets = read_brackets(pattern, at + 1);
            if (!brackets.valid) {
                return made.append(pattern.substr(at).starts_with("[^") ? "[^z-a" : "[z-a"); // an error for both
            }
            append_set(made, brackets.set, brackets.negated);
            at = brackets.end - 1;
        } else {
            at += character == '\\' ? 1 : 0;
            append_literal(made, byte_of(pattern[at]));
        }
    }
    return made;
}

} // namespace hutch::protocol

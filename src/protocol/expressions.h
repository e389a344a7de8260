// Regular expressions over what a test wrote: those of ExitRules, compiled once for a test, judged in bounded memory and in time that is
// linear in the text. And ctest's expressions, which are KWSys's, in RE2's language.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"

namespace re2 {
class RE2;
}

namespace hutch::protocol {

/// The patterns of ExitRules (hutch/test.h): RE2's language, over bytes. `.` is any byte, the newline too; `^` and `$` are the beginning
/// and the end of the whole text, unless the pattern says (?m). Copies share what was compiled.
class Expressions {
  public:
    static constexpr std::size_t most_patterns = 256;
    static constexpr std::size_t longest_pattern = std::size_t{16} << 10;
    static constexpr std::size_t most_memory = std::size_t{2} << 20; ///< bytes, of one pattern: program and cache

    Expressions() = default;

    /// `label` is for the message: "PASS_REGULAR_EXPRESSION of 'name'". Usage errors: a pattern that RE2 cannot compile, by name and with
    /// RE2's word; too many; too long.
    static Result<Expressions> compile(std::span<const std::string> patterns, std::string_view label);

    bool empty() const { return compiled_.empty(); }
    /// The place of the first pattern that matches anywhere in the text. An empty pattern matches every text.
    std::optional<std::size_t> first_match(std::string_view text) const;

  private:
    std::vector<std::shared_ptr<const re2::RE2>> compiled_;
};

/// A pattern of CMake and ctest (KWSys's RegularExpression) as one for Expressions. What differs:
///   \d, \n, \x     the character behind the backslash itself, whatever it is: a "d", an "n"
///   { }            plain characters: "a{2}" matches "a{2}"
///   [a\d[:x]       in brackets a backslash, a bracket and a colon are plain characters; "[[:alpha:]]" is one of :[ahlp and then a "]";
///                  "[a-c-e]" is "[a-e]"
///   (?…            an error, as for KWSys
///   non-ASCII      bytes, not characters: "." matches half an "é"
/// `.`, `^` and `$` need no translation: Expressions has KWSys's meaning of them. Groups are not numbered, nobody asks for them.
/// KWSys refuses "a*?", "(a*)*" and more than nine groups, and ctest then finds nothing; here they mean what RE2 says.
std::string from_kwsys(std::string_view pattern);

} // namespace hutch::protocol

// Patterns of paths, as .gitignore and most test tools have them. Pure.
#pragma once

#include <string_view>

#include "hutch/error.h"

namespace hutch::base {

/// Whether `path` (relative, '/'-separated) fits `pattern`: '?' is one character, '*' any number, neither ever '/'; '**' as a whole
/// component is any number of components, none too; [a-z] and [!a-z] are sets; '\\' takes the next character literally; {a,b} is one of
/// several. A pattern without '/' is matched against the last component alone ("*.bats" fits "a/b.bats"), one with '/' against the whole
/// path ("tests/*.sh" does not fit "x/tests/a.sh"; a leading '/' only says that). One that ends in '/' fits everything below.
/// Linear in pattern times path, whatever the pattern.
bool glob_matches(std::string_view pattern, std::string_view path);

/// What is wrong with a pattern: an open [ or {, '**' beside other characters, empty, more than 4096 bytes or 64 alternatives.
Result<void> check_glob(std::string_view pattern);

} // namespace hutch::base

// The text of a policy file → its keys and values, in the order of the text. The only file that sees the TOML library; whatever the
// library does with a hostile text (it throws, it asserts, it nests without an end), here it becomes a Complaint.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "config/policy_value.h"

namespace hutch::config {

inline constexpr std::size_t policy_file_limit = std::size_t{1} << 20;
/// Of lists and tables in each other, and of parts of one key.
inline constexpr std::size_t policy_nesting_limit = 16;

/// Tables are flattened: their keys are joined by dots. An empty table is an entry with the value "a table", and so is
/// a list of tables: no key takes one, and it must not pass unseen.
Judged<std::vector<PolicyEntry>> read_policy_toml(std::string_view text);

/// One value, as it stands behind "KEY=" on the command line: TOML, or else plain text, so that files.tmp=2G needs no
/// quotes. What begins like a list, table or string has to be one.
Judged<PolicyValue> read_policy_value(std::string_view text);

/// "a\"b" with its quotes, as TOML has it.
std::string quote_toml(std::string_view text);

} // namespace hutch::config

// The values that a trait can have, one function for each: text → value, or a usage error that says what is wanted, without the trait's
// name and without a place. The project file's reader and that of comment lines both ask here, so that a value means the same in both.
// Limits are not here: config::apply_limit() has them. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "hutch/cases.h"
#include "hutch/error.h"
#include "hutch/policy.h"
#include "hutch/traits.h"
#include "hutch/units.h"

namespace hutch::config {

inline constexpr unsigned most_retries = 100;
inline constexpr unsigned most_ports = 64;
inline constexpr unsigned most_slots = 4096;
inline constexpr std::size_t longest_label = 64;       ///< bytes of a tag, a group, a name
inline constexpr std::size_t longest_reason = 500;     ///< bytes
inline constexpr std::size_t longest_dependency = 4095; ///< bytes

Result<unsigned> priority_value(std::string_view text); ///< "P0" to "P3", any case
Result<std::string> label_value(std::string_view text); ///< a tag, a group, a runner's name: letters, digits and - _ . : / +
Result<std::string> dependency_value(std::string_view text); ///< a path or a test's name: one line, not empty
Result<std::string> reason_value(std::string_view text);     ///< of skip and planned: one line; "" is one
Result<unsigned> retries_value(std::string_view text);       ///< 0 to 100
Result<unsigned> ports_value(std::string_view text);         ///< 1 to 64
Result<unsigned> slots_value(std::string_view text);         ///< 1 to 4096
Result<Microseconds> delay_value(std::string_view text);     ///< a duration of at most a day
Result<Apart> isolation_value(std::string_view text);        ///< none, process, container
Result<Network> network_value(std::string_view text);        ///< none, private, host
Result<Protocol> protocol_value(std::string_view text);      ///< exit, tap, gtest, junit, spl, auto
Result<std::string> profile_value(std::string_view text);    ///< one of the five
Result<std::string> policy_value(std::string_view text);     ///< a name, or a file: whether there is one, is found out later

/// "'nome': one of none, private, host" with the nearest one; else its index.
Result<std::size_t> word_value(std::string_view text, std::span<const std::string_view> words);

inline constexpr std::array<std::string_view, 3> isolation_words{"none", "process", "container"}; ///< in the order of Apart
inline constexpr std::array<std::string_view, 3> network_words{"none", "private", "host"};
inline constexpr std::array<std::string_view, 6> protocol_words{"exit", "tap", "gtest", "junit", "spl", "auto"}; ///< in the order of Protocol

} // namespace hutch::config

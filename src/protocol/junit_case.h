// One <testcase> → a Case. Private to junit.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "hutch/cases.h"

namespace hutch::protocol {

struct JunitCase {
    Case found;
    std::size_t failures = 0; ///< the <failure> and <error> elements in it, at least one where it failed
};
/// `suite`: the group of a case without a class.
JunitCase read_junit_case(pugi::xml_node node, std::string_view suite);

/// What an element <failure>, <error>, <skipped> … says: its attribute `message`, else its text, else its `type`; cut to what a case
/// keeps and one byte more.
std::string junit_message(pugi::xml_node node);

/// Seconds: "0.25", "1e-05", "1,234.5"; unset for anything else, and for what is negative or longer than 30 years.
std::optional<Microseconds> read_junit_time(std::string_view text);

} // namespace hutch::protocol

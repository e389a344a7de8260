// The last five passes of a test, as latest.passes keeps them: "12000/4194304 11800/-", the newest first: duration in µs, "/", peak memory
// in bytes or "-". Responsible for that text and for the medians; what it does not understand in it, it passes over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/values.h"

namespace hutch::store {

inline constexpr std::size_t passes_kept = 5;

/// `before` with one more pass in front, and without the sixth.
std::string with_pass(std::string_view before, Microseconds duration, std::optional<Bytes> memory_peak);

/// Medians (of an even number, the greater of the middle two); unset where there was no pass.
std::optional<Expected> expected_of(std::string_view passes);

} // namespace hutch::store

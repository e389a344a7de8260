// One line of TAP, without its indentation → what it is. Knows nothing of the lines around it. A line that is like TAP but not quite
// ("1..x", "pragma strict") is not TAP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "hutch/units.h"

namespace hutch::protocol {

/// "TAP version 14"
struct TapVersion {
    std::string_view number; ///< digits
};

/// "1..5", "1..0 # SKIP no database"
struct TapPlan {
    std::string_view text;              ///< "1..5"
    std::optional<std::uint64_t> count; ///< unset: more than 64 bits
    std::string remark;                 ///< behind '#', without "SKIP" and escapes
};

enum class TapDirective { none, skip, todo };

/// "ok", "not ok 3 - reads # TODO slow disks"
struct TapPoint {
    bool ok = false;
    std::string_view number; ///< digits, or "" for none
    std::string description; ///< without "- ", directive and escapes
    TapDirective directive = TapDirective::none;
    std::string reason;                   ///< of the directive
    std::optional<Microseconds> duration; ///< "# time=12.5ms" at the end, as some producers write it
};

/// "Bail out! no database"
struct TapBailOut {
    std::string reason;
};

/// "pragma +strict, -bail": only `strict` has a meaning here.
struct TapPragma {
    std::optional<bool> strict;
};

/// "# text"
struct TapComment {
    std::string_view text; ///< behind '#', blanks and all
};

/// Nothing but blanks.
struct TapBlank {};

/// Not TAP.
struct TapOther {
    std::string_view line;
};

using TapLine = std::variant<TapVersion, TapPlan, TapPoint, TapBailOut, TapPragma, TapComment, TapBlank, TapOther>;

/// `line` begins with what is not a blank, or is empty. The views are into it.
TapLine read_tap_line(std::string_view line);

/// "# Subtest: NAME", "# Subtest": NAME, or "". Unset: another comment.
std::optional<std::string> subtest_name(const TapComment& comment);

inline bool is_blank(char each)
{
    return each == ' ' || each == '\t';
}

/// How many blanks a line begins with.
std::size_t blanks_before(std::string_view line);

/// At most so many bytes of it, whole characters of UTF-8, and "…" where something is left out.
std::string shortened(std::string_view text, std::size_t longest);

} // namespace hutch::protocol

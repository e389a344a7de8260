// "auto": which protocol a test speaks, from the first lines of its standard output. Responsible for being sure: a test that is taken for
// one that speaks a protocol fails by that protocol's rules, so one line that prose might have, too, is not enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/cases.h"

namespace hutch::protocol {

/// Who can tell whether a line is of a protocol: looks_like_tap() and its like.
struct Speaker {
    Protocol protocol;
    bool (*speaks)(std::string_view line);
};

/// What is taken for enough (docs/protocols-spl.md, "auto"):
///   tap: "TAP version 13" or 14; or a plan "1..0 # SKIP why"; or a plan "1..N" and a test point, either first, whose number fits the
///        plan: points are numbered from 1, a plan that comes first is not less, one that comes last is just as many. All in the first
///        column; a point without a number needs " - " before its name, and bare "ok" is none.
///   spl: the verdict line; or a mark and, not before it, the summary of its group.
///   others: one line that their speaker knows.
/// A line that its speaker does not know is never any of these.
class Detector {
  public:
    static constexpr std::size_t most_lines = 64;
    static constexpr std::size_t most_bytes = std::size_t{16} << 10;

    explicit Detector(std::span<const Speaker> speakers) : speakers_(speakers.begin(), speakers.end()) {}

    /// Unset: not yet known. The answer is given once, Protocol::exit when the bounds are reached; after that nothing is looked at and
    /// nothing kept. It depends on the bytes alone, not on how they were cut into calls.
    std::optional<Protocol> feed(std::string_view bytes);
    /// The end of the output: the answer, given before or not.
    Protocol finish();
    /// All bytes of the calls of feed() *before* the one that answered: its reader is fed these, then that call's bytes. At most
    /// `most_bytes`.
    const std::string& kept() const { return kept_; }

  private:
    std::optional<Protocol> take_line(std::string_view line);
    bool is_enough(Protocol protocol, std::string_view line);
    bool tap_is_enough(std::string_view line);
    bool spl_is_enough(std::string_view line);

    std::vector<Speaker> speakers_;
    std::string kept_;
    std::size_t line_begin_ = 0; ///< in kept_: where the line begins whose end has not come
    std::size_t lines_ = 0;
    std::optional<Protocol> answer_;

    std::optional<std::uint64_t> plan_;
    std::uint64_t points_ = 0; ///< that fit so far
    bool points_fit_ = true;
    bool spl_mark_ = false;
};

} // namespace hutch::protocol

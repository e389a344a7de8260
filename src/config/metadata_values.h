// One key's value: from the text that stands behind it to new Traits. Ranges are checked here; those of limits are limit_values.h's. Knows
// neither files nor lines: what is wrong is told as the part of the text that is.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "hutch/traits.h"
#include "hutch/units.h"

namespace hutch::config {

/// What was written, for the value and for the message: `@Memory '900K': …`.
struct TraitText {
    std::string_view key;   ///< as messages have it: "@Memory"
    std::string_view value; ///< trimmed; "": nothing was written
    Bytes ram = 0;          ///< what percentages are parts of
};

struct Objection {
    std::string_view where; ///< a part of TraitText::value; a null view: the value (or the key, where there is none)
    std::string message;    ///< with the key in front
    std::string hint = {};
};
using NewTraits = std::expected<Traits, Objection>;
using TraitSetter = NewTraits (*)(Traits, const TraitText&);

inline constexpr std::size_t longest_trait = 4096; ///< bytes of a value
inline constexpr std::size_t longest_label = 64;   ///< bytes of a tag or a group
inline constexpr std::size_t most_labels = 64;     ///< tags, groups, and what a test depends on: of each

NewTraits say_timeout(Traits traits, const TraitText& text);
NewTraits say_memory(Traits traits, const TraitText& text); ///< a bare number is MB
NewTraits say_cpu(Traits traits, const TraitText& text);
NewTraits say_pids(Traits traits, const TraitText& text);
NewTraits say_io(Traits traits, const TraitText& text);     ///< one disk; merged with what was said before
NewTraits say_profile(Traits traits, const TraitText& text);
NewTraits say_policy(Traits traits, const TraitText& text); ///< spelling only: whether there is one is not known here
NewTraits say_priority(Traits traits, const TraitText& text);
NewTraits say_tags(Traits traits, const TraitText& text);
NewTraits say_groups(Traits traits, const TraitText& text);
NewTraits say_depends_on(Traits traits, const TraitText& text);
NewTraits say_retries(Traits traits, const TraitText& text);
NewTraits say_ports(Traits traits, const TraitText& text);
NewTraits say_slots(Traits traits, const TraitText& text);
NewTraits say_isolation(Traits traits, const TraitText& text);
NewTraits say_network(Traits traits, const TraitText& text);
NewTraits say_exclusive(Traits traits, const TraitText& text);
NewTraits say_slow(Traits traits, const TraitText& text);
NewTraits say_skip(Traits traits, const TraitText& text);
NewTraits say_planned(Traits traits, const TraitText& text);

} // namespace hutch::config

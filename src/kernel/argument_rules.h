// Calls that are judged by their arguments, as names of their own: "ioctl:TIOCSTI", "clone:CLONE_NEWUSER". A filter sees
// numbers, never what a pointer points at; so a call whose meaning is behind a pointer (clone3, openat2) is not here:
// hidden_calls().
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hutch::kernel {

/// (low 32 bits of argument `index`) & mask == value, or != where `equal` is false. The kernel, too, takes no more than 32 bits of
/// the arguments that are tested here.
struct ArgumentTest {
    unsigned index = 0;
    std::uint32_t mask = ~std::uint32_t{0};
    std::uint32_t value = 0;
    bool equal = true;
};

struct ArgumentRule {
    std::string_view name;               ///< "socket:AF_PACKET"
    std::string_view call;               ///< "socket"
    std::string_view what;               ///< one sentence
    std::span<const ArgumentTest> tests; ///< all of them hold
};

/// A name may stand in the table more than once: it fits where any of its rows does.
std::span<const ArgumentRule> argument_rules();

/// Calls that have no rules, because a filter cannot see what they are asked: where one is denied, it is ENOSYS, so that libraries take
/// the older call, which can be judged.
std::span<const std::string_view> hidden_calls();

/// A row of this name; null: there is none.
const ArgumentRule* argument_rule(std::string_view name);

bool fits(const ArgumentRule& rule, std::span<const std::uint64_t> arguments);

} // namespace hutch::kernel

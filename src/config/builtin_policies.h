// policies/*.toml, compiled in: a hutch that was copied somewhere without its files has them all the same.
#pragma once

#include <span>
#include <string_view>

namespace hutch::config {

struct BuiltinPolicy {
    std::string_view name; ///< of the file, without .toml
    std::string_view text;
};

/// By name.
std::span<const BuiltinPolicy> builtin_policies();

} // namespace hutch::config

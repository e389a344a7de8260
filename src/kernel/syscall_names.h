// Names of system calls and their numbers in this machine's native table: libseccomp's, and those that are younger than the
// libseccomp at hand (a list of what is denied must not have holes because a library is old). Nothing here asks the kernel.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::kernel {

/// What is known of a name. `number` is unset where the call exists on other architectures only ("vm86").
struct KnownCall {
    std::optional<int> number;
};

/// Unset: no architecture has a call of this name, as far as is known.
std::optional<KnownCall> known_call(std::string_view name);

/// "ptrace"; "" where the native table has no such number.
std::string call_name(int number);

/// The highest number that has a name. What is above it came with a later kernel than this program knows.
int highest_call();

/// All names of the native table, in the order of their numbers.
std::vector<std::string> all_call_names();

} // namespace hutch::kernel

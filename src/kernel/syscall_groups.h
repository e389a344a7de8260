// Named groups of system calls, "@mount": what a policy denies or allows, with the reason why somebody would. The names are
// systemd's where it has the group (systemd.exec(5), SystemCallFilter=); "@raw-io" and "@raw_io" are the same. The contents
// are hutch's own: where systemd asks what a service needs, this asks what a test has no business with.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"

namespace hutch::kernel {

struct SyscallGroup {
    std::string_view name;    ///< "@raw_io"
    std::string_view why;     ///< one sentence: what a test could do with them, or what they are for
    std::string_view members; ///< names of calls, argument rules and other groups, with blanks between them
};

/// In alphabetical order.
std::span<const SyscallGroup> syscall_groups();

/// Null: there is none of this name.
const SyscallGroup* syscall_group(std::string_view name);

/// What hutch-init itself needs between loading the filter and executing the test, and what a process needs to end: never
/// denied. In a group they are passed over; by name they are an error.
bool is_indispensable(std::string_view call);
std::span<const std::string_view> indispensable_calls();

/// A name as a policy has it → the calls and argument rules that it stands for, each once, without groups and without what
/// is indispensable of a group. A call that only other architectures have is kept: its name is right. Error (usage): an unknown
/// name, with the nearest known one.
Result<std::vector<std::string>> expand_call(std::string_view name);

} // namespace hutch::kernel

// A seccomp program, judged in user space: what the kernel would answer to a call, without a kernel. For tests over whole
// tables, and for `hutch policy check --syscall`.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <linux/seccomp.h>

#include "hutch/error.h"
#include "hutch/policy.h"
#include "kernel/setup.h"

namespace hutch::kernel {

/// Runs `program` over a call: a SECCOMP_RET_* with its data. Error: what the kernel would not have loaded (an instruction
/// that seccomp does not take, a jump or a load out of bounds, no end).
Result<std::uint32_t> run_bpf(const Bpf& program, const seccomp_data& call);

/// The native AUDIT_ARCH_*.
std::uint32_t native_architecture();

enum class CallAction {
    allowed,
    denied,   ///< EPERM, nobody is told
    notified, ///< EPERM, and the verdict names it
    killed,
    logged, ///< allowed, and written to the audit log
    absent, ///< ENOSYS: as if the kernel did not have it
};
/// "allowed", "denied", "notified", "killed", "logged", "absent".
std::string_view to_string(CallAction action);

struct Judged {
    CallAction action = CallAction::allowed;
    int number = 0;
    std::string rule; ///< as the policy has it: "ptrace", "@debug", "clone:CLONE_NEWUSER"; "" where the default decides
    std::string group; ///< "@debug"; "" where no group was named
    std::string why;   ///< the group's, or the argument rule's, sentence
};

using CallArguments = std::array<std::uint64_t, 6>;

/// What becomes of the call `name` under `rules`: compiled, judged and explained. An argument rule's name ("ioctl:TIOCSTI")
/// is a call with arguments that fit it. Errors (usage): the rules' own; an unknown name; a call that this architecture does
/// not have; a group.
Result<Judged> judge_call(const SyscallRules& rules, std::string_view name, const CallArguments& arguments = {});

} // namespace hutch::kernel

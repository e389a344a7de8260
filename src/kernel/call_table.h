// The rules of a policy about system calls, resolved: which rule decides about which call. The filter is made from it, and
// so is what `hutch policy check --syscall` says; it knows nothing of BPF.
//
// The more exact name decides: for a call with arguments first the argument rules that fit ("clone:CLONE_NEWUSER"), then the
// call's own name. Of the same name, by itself or in a group, `allow` wins over `deny`. What no rule names goes by the default.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/policy.h"
#include "kernel/argument_rules.h"

namespace hutch::kernel {

/// What a rule says about a call, and where the policy has it from.
struct CallRule {
    bool allow = true;
    std::string name;  ///< what it is about: "ptrace", "clone:CLONE_NEWUSER"; "" where the default decides
    std::string rule;  ///< as the policy has it: "ptrace", "@debug"; "" where the default decides
    std::string group; ///< the group that it came by, the innermost that the policy names; "" where it was named itself
};

struct ArgumentCase {
    const ArgumentRule* rule = nullptr; ///< of argument_rules()
    CallRule says;
};

struct CallTable {
    CallRule otherwise;                             ///< what no rule names
    std::map<int, CallRule> calls;                  ///< by number
    std::map<int, std::vector<ArgumentCase>> cases; ///< by number; denied ones first
};

/// Errors (usage): an unknown name in `deny` or `allow`, with the nearest known one; an indispensable call in `deny`.
Result<CallTable> resolve_calls(const SyscallRules& rules);

/// Which rule decides about a call with these arguments. Numbers above highest_call() are not asked for here.
const CallRule& decide(const CallTable& table, int number, std::span<const std::uint64_t> arguments);

} // namespace hutch::kernel

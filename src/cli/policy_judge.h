// `hutch policy check`: what a policy says of a system call, a capability or a path, in words. No kernel is asked.
#pragma once

#include <string>

#include "hutch/error.h"
#include "hutch/policy.h"

namespace hutch::cli {

struct Judgement {
    bool granted = true;
    std::string words; ///< one line, without its end
};

/// "ptrace", or with arguments "clone:CLONE_NEWUSER". Errors (usage): a name that no system call has, a group.
Result<Judgement> judge_syscall(const Policy& policy, const std::string& name);
/// Errors (usage): a name that nothing has.
Result<Judgement> judge_capability(const Policy& policy, const std::string& name);
/// A relative path is below `cwd`, which is the work tree.
Judgement judge_file(const Policy& policy, const std::string& path, const std::string& cwd);

} // namespace hutch::cli

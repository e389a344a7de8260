// From a value of a policy file to a new Policy, one function for each kind of key. Ranges are checked here, once for files and
// command line. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/policy_value.h"
#include "hutch/policy.h"

namespace hutch::config {

/// In a list: what the inherited policy has there.
inline constexpr std::string_view inherited_items = "...";

Judged<bool> boolean_of(const PolicyValue& value);
Judged<std::string> text_of(const PolicyValue& value);
/// The strings of a list; "..." is replaced by `inherited`, each string is said once, and `check` (which may normalise it) sees the others.
Judged<std::vector<std::string>> list_of(const PolicyValue& value, const std::vector<std::string>& inherited,
                                         Judged<std::string> (*check)(const PolicyValue&));

Judged<std::string> checked_path(const PolicyValue& value); ///< absolute, or from "{work}", "{home}", "{run}"
Judged<std::string> checked_call(const PolicyValue& value); ///< "ptrace", "@mount", "ioctl:TIOCSTI": the spelling only
Judged<std::string> checked_capability(const PolicyValue& value); ///< "net_raw" → "CAP_NET_RAW"
Judged<std::string> checked_variable(const PolicyValue& value);   ///< "CC", "MY_*"

Judged<Policy> set_user(Policy policy, const PolicyValue& value);
Judged<Policy> set_network(Policy policy, const PolicyValue& value);
Judged<Policy> set_hostname(Policy policy, const PolicyValue& value);
Judged<Policy> set_time_offset(Policy policy, const PolicyValue& value);
Judged<Policy> set_writable(Policy policy, const PolicyValue& value);
Judged<Policy> set_hidden(Policy policy, const PolicyValue& value);
Judged<Policy> set_work_tree(Policy policy, const PolicyValue& value);
Judged<Policy> set_keep_dir(Policy policy, const PolicyValue& value);
Judged<Policy> set_tmp(Policy policy, const PolicyValue& value);
Judged<Policy> set_shm(Policy policy, const PolicyValue& value);
Judged<Policy> set_default(Policy policy, const PolicyValue& value);
Judged<Policy> set_denial(Policy policy, const PolicyValue& value);
Judged<Policy> set_deny(Policy policy, const PolicyValue& value);
Judged<Policy> set_allow(Policy policy, const PolicyValue& value);
Judged<Policy> set_keep(Policy policy, const PolicyValue& value);
Judged<Policy> set_pass(Policy policy, const PolicyValue& value);
Judged<Policy> set_umask(Policy policy, const PolicyValue& value);
Judged<Policy> set_nice(Policy policy, const PolicyValue& value);
Judged<Policy> set_oom_score_adj(Policy policy, const PolicyValue& value);

} // namespace hutch::config

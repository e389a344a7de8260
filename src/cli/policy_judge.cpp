#include "cli/policy_judge.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/environment.h"
#include "config/path_access.h"
#include "config/policy_setters.h"
#include "kernel/bpf_judge.h"

namespace hutch::cli {

namespace {

std::string_view words_of(kernel::CallAction action)
{
    switch (action) {
    case kernel::CallAction::allowed:
        break;
    case kernel::CallAction::denied:
        return "denied with EPERM";
    case kernel::CallAction::notified:
        return "denied with EPERM, and named in the verdict";
    case kernel::CallAction::killed:
        return "kills the process";
    case kernel::CallAction::logged:
        return "allowed, and written to the audit log";
    case kernel::CallAction::absent:
        return "denied with ENOSYS, as if the kernel did not have it";
    }
    return "allowed";
}

} // namespace

Result<Judgement> judge_syscall(const Policy& policy, const std::string& name)
{
    const auto judged = kernel::judge_call(policy.syscalls, name);
    if (!judged) {
        return std::unexpected(judged.error());
    }
    const bool is_granted =
        judged->action == kernel::CallAction::allowed || judged->action == kernel::CallAction::logged;
    if (!policy.syscalls.filter) {
        return Judgement{is_granted, fmt::format("{}: {} (syscalls.filter = false)", name, words_of(judged->action))};
    }
    const std::string rule = judged->rule.empty() ? "no rule names it" : judged->rule;
    const std::string why = judged->why.empty() ? "" : ": " + judged->why;
    return Judgement{is_granted, fmt::format("{}: {} ({}{})", name, words_of(judged->action), rule, why)};
}

Result<Judgement> judge_capability(const Policy& policy, const std::string& name)
{
    config::PolicyValue value;
    value.text = name;
    const auto known = config::checked_capability(value);
    if (!known) {
        return usage_error(known.error().message, known.error().hint);
    }
    const CapabilityRules& rules = policy.capabilities;
    if (rules.keep_all) {
        return Judgement{true, fmt::format("{}: kept (capabilities.keep = \"all\")", *known)};
    }
    const bool is_kept = std::ranges::find(rules.keep, *known) != rules.keep.end();
    return Judgement{
        is_kept, fmt::format("{}: {}", *known, is_kept ? "kept, by those who have it" : "dropped (capabilities.keep)")};
}

Judgement judge_file(const Policy& policy, const std::string& path, const std::string& cwd)
{
    const std::string place =
        std::filesystem::path(path.starts_with('/') ? path : cwd + "/" + path).lexically_normal().string();
    const config::PathRoots roots{
        .work = cwd, .home = environment_variable("HOME"), .run = fmt::format("/run/user/{}", getuid())};
    const config::PathJudgement judged = config::judge_path(policy, place, roots);
    return {judged.access != config::PathAccess::hidden,
            fmt::format("{}: {} ({})", place, to_string(judged.access), judged.rule)};
}

} // namespace hutch::cli

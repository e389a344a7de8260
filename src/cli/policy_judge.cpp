#include "cli/policy_judge.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/environment.h"
#include "config/path_access.h"
#include "config/policy_setters.h"

namespace hutch::cli {

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

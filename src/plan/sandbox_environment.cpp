#include "plan/sandbox_environment.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace hutch::plan {
namespace {

/// Whoever answers there starts or changes things outside of the test.
constexpr std::array<std::string_view, 11> ways_out{"DBUS_SESSION_BUS_ADDRESS",
                                                    "DBUS_SYSTEM_BUS_ADDRESS",
                                                    "XDG_RUNTIME_DIR",
                                                    "SSH_AUTH_SOCK",
                                                    "SSH_AGENT_PID",
                                                    "GPG_AGENT_INFO",
                                                    "DOCKER_HOST",
                                                    "CONTAINER_HOST",
                                                    "TMUX",
                                                    "TMUX_PANE",
                                                    "STY"};

constexpr std::array<std::string_view, 5> of_home{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
                                                  "XDG_STATE_HOME"};

constexpr std::array<std::string_view, 4> of_temp{"TMPDIR", "TMP", "TEMP", "TEMPDIR"};

/// What a hermetic environment has: enough for programs to be found and to print, and hutch's own words.
constexpr std::array<std::string_view, 8> hermetic{"PATH", "LANG",  "TERM",         "HOME",
                                                   "USER", "HUTCH", "HUTCH_RUN_ID", "HARNESS_ACTIVE"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names)
{
    return std::ranges::find(names, name) != names.end();
}

bool is_passed(std::string_view name, const std::vector<std::string>& patterns)
{
    return std::ranges::any_of(patterns, [&](std::string_view pattern) {
        return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
    });
}

bool stays(std::string_view name, const Policy& policy)
{
    if (policy.files.hide_control && is_one_of(name, ways_out)) {
        return false;
    }
    if (policy.files.private_home && is_one_of(name, of_home)) {
        return false;
    }
    if ((policy.files.tmp || policy.files.read_only_root) && is_one_of(name, of_temp)) {
        return false;
    }
    return !policy.process.hermetic || is_one_of(name, hermetic) || is_passed(name, policy.process.pass);
}

} // namespace

Environment policy_environment(const Environment& base, const Policy& policy)
{
    Environment environment;
    std::ranges::copy_if(base, std::back_inserter(environment),
                         [&](const std::string& variable) { return stays(base::cut(variable, '=').before, policy); });
    return environment;
}

std::vector<TestPtr> in_sandbox(const std::vector<TestPtr>& tests, const std::shared_ptr<const Sandbox>& sandbox)
{
    std::vector<TestPtr> placed;
    placed.reserve(tests.size());
    std::shared_ptr<const Environment> before, after;
    for (const TestPtr& test : tests) {
        if (test->base_env != before) {
            before = test->base_env;
            after = std::make_shared<const Environment>(policy_environment(*before, sandbox->policy));
        }
        TestSpec spec = *test;
        spec.base_env = after;
        spec.sandbox = sandbox;
        placed.push_back(std::make_shared<const TestSpec>(std::move(spec)));
    }
    return placed;
}

std::string with_attempt_dir(std::string path, std::string_view attempt_dir)
{
    if (path.starts_with(kernel::wire::attempt_dir_mark)) {
        path.replace(0, 1, attempt_dir);
    }
    return path;
}

} // namespace hutch::plan

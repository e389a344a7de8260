#include <gtest/gtest.h>

#include <algorithm>

#include "plan/sandbox_environment.h"

namespace hutch::plan {
namespace {

const Environment inherited{"PATH=/bin",
                            "HOME=/home/u",
                            "TMPDIR=/var/x",
                            "SSH_AUTH_SOCK=/run/a",
                            "DBUS_SESSION_BUS_ADDRESS=unix:x",
                            "TOKEN=abc",
                            "XDG_CACHE_HOME=/c",
                            "CC=gcc",
                            "HUTCH=1",
                            "HUTCH_RUN_ID=r",
                            "LC_ALL=C"};

bool has(const Environment& environment, std::string_view name)
{
    return std::ranges::any_of(
        environment, [&](const std::string& variable) { return variable.starts_with(std::string(name) + "="); });
}

TEST(SandboxEnvironment, nothing_changes_without_rules)
{
    EXPECT_EQ(policy_environment(inherited, Policy{}), inherited);
}

TEST(SandboxEnvironment, ways_out_are_not_told_where_control_is_hidden)
{
    Policy policy;
    policy.files.hide_control = true;
    const Environment environment = policy_environment(inherited, policy);
    EXPECT_FALSE(has(environment, "SSH_AUTH_SOCK"));
    EXPECT_FALSE(has(environment, "DBUS_SESSION_BUS_ADDRESS"));
    EXPECT_TRUE(has(environment, "TOKEN"));
}

TEST(SandboxEnvironment, hermetic_passes_what_is_listed)
{
    Policy policy;
    policy.process.hermetic = true;
    policy.process.pass = {"CC", "LC_*"};
    const Environment environment = policy_environment(inherited, policy);
    for (const char* name : {"PATH", "HOME", "HUTCH", "HUTCH_RUN_ID", "CC", "LC_ALL"}) {
        EXPECT_TRUE(has(environment, name)) << name;
    }
    EXPECT_FALSE(has(environment, "TOKEN"));
}

TEST(SandboxEnvironment, what_has_moved_is_said_once)
{
    auto sandbox = std::make_shared<Sandbox>();
    sandbox->policy.files.tmp = Bytes{1} << 20U;
    sandbox->policy.files.private_home = true;
    sandbox->temp_dir = "/tmp/hutch";
    sandbox->home = "\1/home";
    auto spec = std::make_shared<TestSpec>();
    spec->base_env = std::make_shared<const Environment>(inherited);
    const TestPtr test = in_sandbox({spec}, sandbox).front();
    const Environment environment = attempt_environment(*test, {.temp_dir = "/tmp/hutch-r/d1"});
    EXPECT_EQ(std::ranges::count_if(environment, [](const auto& v) { return v.starts_with("HOME="); }), 1);
    EXPECT_EQ(value_of(environment, "HOME"), "/tmp/hutch-r/d1/home");
    EXPECT_EQ(value_of(environment, "TMPDIR"), "/tmp/hutch");
    EXPECT_EQ(value_of(environment, "TEST_TMPDIR"), "/tmp/hutch");
    EXPECT_FALSE(has(environment, "XDG_CACHE_HOME"));
}

} // namespace
} // namespace hutch::plan

// What a policy lets a test do to a path, by the policy's text.
#include <gtest/gtest.h>

#include "config/path_access.h"
#include "config/policy_file.h"

namespace hutch::config {
namespace {

const PathRoots roots{.work = "/home/u/project", .home = "/home/u", .run = "/run/user/1000"};

std::string judged(const Policy& policy, std::string_view path)
{
    const PathJudgement judgement = judge_path(policy, path, roots);
    return std::string(to_string(judgement.access)) + "; " + judgement.rule;
}

TEST(PathAccess, IsEverythingUnderTrusted)
{
    const Policy policy = *find_policy("trusted");
    for (const char* path : {"/", "/etc/shadow", "/tmp/x", "/home/u/.ssh", "/sys/fs/cgroup/x"}) {
        EXPECT_EQ(judged(policy, path), "writable; files.read_only_root") << path;
    }
}

TEST(PathAccess, UnderDefaultIsOfTheNearestRule)
{
    const Policy policy = *find_policy("default");
    EXPECT_EQ(judged(policy, "/"), "read-only; files.read_only_root");
    EXPECT_EQ(judged(policy, "/usr/bin/x"), "read-only; files.read_only_root");
    EXPECT_EQ(judged(policy, "/home/u/x"), "read-only; files.read_only_root");
    EXPECT_EQ(judged(policy, "/home/u/project"), "writable; files.work_tree");
    EXPECT_EQ(judged(policy, "/home/u/project/a/b"), "writable; files.work_tree");
    EXPECT_EQ(judged(policy, "/home/u/projects"), "read-only; files.read_only_root");
    EXPECT_EQ(judged(policy, "/home/u/.cache/x"), "writable; files.writable: {home}/.cache");
    EXPECT_EQ(judged(policy, "/home/u/.ssh/id"), "hidden; files.hidden: {home}/.ssh");
    EXPECT_EQ(judged(policy, "/home/u/.sshd"), "read-only; files.read_only_root");
    EXPECT_EQ(judged(policy, "/tmp/x"), "writable, and gone with the test; files.tmp");
    EXPECT_EQ(judged(policy, "/dev/null"), "read-only; files.shm");
    EXPECT_EQ(judged(policy, "/dev/shm/x"), "writable, and gone with the test; files.shm");
    EXPECT_EQ(judged(policy, "/run/user/1000/bus"), "hidden; files.hide_control");
    EXPECT_EQ(judged(policy, "/sys/fs/cgroup/a/memory.max"), "hidden; files.hide_control");
}

TEST(PathAccess, UnderStrictLetsTheWorkTreeThroughTheHiddenHome)
{
    const Policy policy = *find_policy("strict");
    EXPECT_EQ(judged(policy, "/home/u/x"), "hidden; files.hidden: {home}");
    EXPECT_EQ(judged(policy, "/home/other"), "hidden; files.hidden: /home");
    EXPECT_EQ(judged(policy, "/home/u/project/x"), "writable, and gone with the test; files.work_tree");
    EXPECT_EQ(judged(policy, "/home/u/.cache/x"), "hidden; files.hidden: {home}");
}

TEST(PathAccess, KnowsTheWorkTreeBeforeWhatCoversIt)
{
    Policy policy = *find_policy("default");
    policy.files.work = WorkTree::read_only;
    EXPECT_EQ(to_string(judge_path(policy, "/tmp", {.work = "/tmp", .home = "", .run = ""}).access), "read-only");
    EXPECT_EQ(to_string(judge_path(policy, "/x", {.work = "", .home = "", .run = ""}).access), "read-only");
}

} // namespace
} // namespace hutch::config

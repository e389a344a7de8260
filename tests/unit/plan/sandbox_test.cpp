#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/policy_file.h"
#include "plan/make_sandbox.h"

namespace hutch::plan {
namespace {

using kernel::wire::Op;

/// A merged-usr machine with a user and a work tree, written out.
Site machine(std::string work = "/work/tree")
{
    Site site;
    site.work_dir = std::move(work);
    site.home = "/home/u";
    site.run_user = "/run/user/1000";
    site.temp_root = "/tmp";
    site.landlock = {.abi = 6, .scopes = 3};
    static const std::map<std::string, PathFact::Kind> files{
        {"/etc/shadow", PathFact::Kind::file},       {"/home/u/.netrc", PathFact::Kind::file},
        {"/run/docker.sock", PathFact::Kind::other}, {"/dev/null", PathFact::Kind::other},
        {"/dev/zero", PathFact::Kind::other},        {"/tmp/one.sh", PathFact::Kind::file},
    };
    static const std::set<std::string> directories{"/",
                                                   "/usr",
                                                   "/usr/bin",
                                                   "/etc",
                                                   "/tmp",
                                                   "/var",
                                                   "/var/tmp",
                                                   "/dev",
                                                   "/proc",
                                                   "/sys",
                                                   "/sys/fs",
                                                   "/sys/fs/cgroup",
                                                   "/run",
                                                   "/run/user",
                                                   "/run/dbus",
                                                   "/run/systemd",
                                                   "/run/systemd/resolve",
                                                   "/home",
                                                   "/home/u",
                                                   "/home/u/.ssh",
                                                   "/home/u/.cache",
                                                   "/home/u/tree",
                                                   "/home/u/.local",
                                                   "/home/u/.local/bin",
                                                   "/mnt",
                                                   "/work",
                                                   "/work/tree",
                                                   "/tmp/tree"};
    site.look = [](const std::string& path) -> PathFact {
        const std::string real = path == "/bin" ? "/usr/bin" : path;
        if (const auto file = files.find(real); file != files.end()) {
            return {.kind = file->second, .real = real};
        }
        return directories.contains(real) ? PathFact{.kind = PathFact::Kind::directory, .real = real} : PathFact{};
    };
    site.children = [](const std::string& path) {
        std::vector<std::string> names;
        const std::string prefix = path == "/" ? "/" : path + "/";
        const auto add = [&](const std::string& child) {
            if (child.starts_with(prefix) && child.size() > prefix.size() &&
                child.find('/', prefix.size()) == std::string::npos) {
                names.push_back(child.substr(prefix.size()));
            }
        };
        std::ranges::for_each(directories, add);
        for (const auto& [file, kind] : files) {
            add(file);
        }
        return names;
    };
    return site;
}

Site users(Site site)
{
    site.uid = 1000;
    site.privileged = false;
    return site;
}

Policy policy(std::string_view name)
{
    auto found = config::find_policy(name);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    return found.value_or(Policy{});
}

Sandbox make(const Policy& policy, const Site& site)
{
    auto sandbox = make_sandbox(policy, site);
    EXPECT_TRUE(sandbox) << (sandbox ? "" : sandbox.error().message);
    return sandbox ? std::move(*sandbox) : Sandbox{};
}

/// Where a step of that kind on that path is; -1: nowhere.
int find(const std::vector<kernel::SetupStep>& steps, Op op, const std::string& path, std::size_t text)
{
    const auto found =
        std::ranges::find_if(steps, [&](const auto& step) { return step.op == op && step.texts.at(text) == path; });
    return found == steps.end() ? -1 : static_cast<int>(found - steps.begin());
}

int mounted(const Sandbox& sandbox, const std::string& path)
{
    return find(sandbox.setup.init, Op::mount, path, 1);
}

int bound(const Sandbox& sandbox, const std::string& path)
{
    return find(sandbox.setup.init, Op::bind, path, 1);
}

TEST(Sandbox, trusted_does_nothing)
{
    const Sandbox sandbox = make(policy("trusted"), machine());
    EXPECT_EQ(sandbox.setup.clone_flags, 0U);
    EXPECT_TRUE(sandbox.setup.init.empty());
    EXPECT_TRUE(sandbox.setup.test.empty());
    EXPECT_FALSE(sandbox.stay);
    EXPECT_EQ(sandbox.held, Held{});
}

TEST(Sandbox, every_policy_holds_everything_it_wants_for_root_and_for_a_user)
{
    for (const char* name : {"default", "offline", "network", "strict"}) {
        for (const Site& site : {machine(), users(machine())}) {
            const Policy wanted = policy(name);
            const Sandbox sandbox = make(wanted, site);
            for (const Feature feature : wanted_features(wanted)) {
                EXPECT_NE(sandbox.held[feature].value_or(Holder::none), Holder::none)
                    << name << " " << to_string(feature);
            }
            EXPECT_TRUE(sandbox.stay);
            EXPECT_EQ((sandbox.setup.clone_flags & CLONE_NEWUSER) != 0, !site.privileged);
            EXPECT_EQ((sandbox.setup.clone_flags & CLONE_NEWNET) != 0, std::string_view(name) != "default");
        }
    }
}

TEST(Sandbox, steps_are_in_the_order_of_what_they_need)
{
    const Sandbox sandbox = make(policy("default"), machine());
    const auto& init = sandbox.setup.init;
    const int closed = find(init, Op::set_attributes, "/", 0);
    const int tmp = mounted(sandbox, "/tmp");
    const int dev = mounted(sandbox, "/dev");
    const int detached = find(init, Op::detach, "/mnt", 0);
    ASSERT_GE(closed, 0);
    EXPECT_LT(mounted(sandbox, "/mnt"), closed) << "what is put aside is in the tree when that becomes read-only";
    EXPECT_LT(closed, tmp) << "what covers it is not";
    EXPECT_LT(closed, bound(sandbox, "/work/tree"));
    EXPECT_LT(bound(sandbox, "/work/tree"), find(init, Op::set_attributes, "/work/tree", 0));
    EXPECT_LT(dev, detached);
    EXPECT_EQ(init.at(static_cast<std::size_t>(dev)).number, static_cast<std::uint64_t>(MS_MOVE));
    EXPECT_LT(tmp, find(init, Op::make_dir, "/tmp/hutch", 0));
    EXPECT_EQ(sandbox.temp_dir, "/tmp/hutch");

    std::vector<Op> last;
    for (const kernel::SetupStep& step : sandbox.setup.test) {
        last.push_back(step.op);
    }
    ASSERT_FALSE(last.empty());
    EXPECT_EQ(last.front(), Op::no_new_privs);
    EXPECT_EQ(last.back(), Op::filter) << "every later call would be judged by it";
    EXPECT_LT(std::ranges::find(last, Op::bounding), std::ranges::find(last, Op::capabilities));
}

TEST(Sandbox, the_ways_out_are_covered)
{
    const Sandbox sandbox = make(policy("default"), machine());
    for (const char* path :
         {"/run/user", "/run/dbus", "/run/docker.sock", "/home/u/.ssh", "/home/u/.netrc", "/etc/shadow"}) {
        EXPECT_GE(bound(sandbox, path), 0) << path;
    }
    EXPECT_EQ(sandbox.setup.init.at(static_cast<std::size_t>(bound(sandbox, "/etc/shadow"))).texts[0], "/dev/null");
    EXPECT_GE(bound(sandbox, "/sys/fs/cgroup"), 0);
    EXPECT_LT(mounted(sandbox, "/sys/fs/cgroup"), 0) << "a cgroup2 of its own costs more than all the rest";
    EXPECT_GE(mounted(sandbox, "/run/systemd"), 0)
        << "covered by a directory of its own: names of hosts are bound through";
    EXPECT_GE(bound(sandbox, "/run/systemd/resolve"), 0);
    EXPECT_LT(bound(make(policy("offline"), machine()), "/run/systemd/resolve"), 0) << "without a network nobody asks";
}

TEST(Sandbox, a_work_tree_below_tmp_is_bound_through)
{
    const Sandbox sandbox = make(policy("default"), machine("/tmp/tree"));
    const auto& init = sandbox.setup.init;
    const int aside = find(init, Op::bind, "/tmp/tree", 0);
    ASSERT_GE(aside, 0);
    EXPECT_LT(aside, mounted(sandbox, "/tmp"));
    EXPECT_LT(mounted(sandbox, "/tmp"), find(init, Op::make_dir, "/tmp/tree", 0));
    EXPECT_LT(find(init, Op::make_dir, "/tmp/tree", 0), bound(sandbox, "/tmp/tree"));
    EXPECT_LT(bound(sandbox, "/tmp/tree"), find(init, Op::set_attributes, "/tmp/tree", 0))
        << "writable in a read-only tree";
}

TEST(Sandbox, a_test_that_lies_in_tmp_is_bound_through_as_a_file)
{
    Site site = machine();
    site.needed = {"/tmp/one.sh"};
    const Sandbox sandbox = make(policy("default"), site);
    EXPECT_GE(find(sandbox.setup.init, Op::make_file, "/tmp/one.sh", 0), 0);
    EXPECT_GE(bound(sandbox, "/tmp/one.sh"), 0);
}

TEST(Sandbox, tmp_as_the_work_tree_is_not_taken_away)
{
    const Sandbox sandbox = make(policy("default"), machine("/tmp"));
    EXPECT_EQ(sandbox.held[Feature::tmp], Holder::none);
    EXPECT_LT(mounted(sandbox, "/tmp"), 0);
    EXPECT_EQ(sandbox.temp_dir, "");
    EXPECT_TRUE(sandbox.attempt_dir);
}

TEST(Sandbox, a_hidden_home_leaves_the_work_tree_and_the_programs_in_it)
{
    Policy hiding = policy("default");
    hiding.files.hidden = {"{home}", "{home}/.ssh"};
    hiding.files.writable.clear();
    Site site = machine("/home/u/tree");
    site.needed = {"/home/u/.local", "/usr/bin"};
    const Sandbox sandbox = make(hiding, site);
    EXPECT_GE(mounted(sandbox, "/home/u"), 0);
    EXPECT_LT(mounted(sandbox, "/home/u"), bound(sandbox, "/home/u/tree"));
    EXPECT_LT(mounted(sandbox, "/home/u"), bound(sandbox, "/home/u/.local"));
    EXPECT_LT(bound(sandbox, "/home/u/.ssh"), 0) << "it is not there any more";
    EXPECT_LT(bound(sandbox, "/usr/bin"), 0) << "nothing hides it";
    EXPECT_LT(bound(sandbox, "/home/u/tree"), find(sandbox.setup.init, Op::set_attributes, "/home/u", 0))
        << "sealed in the end";
}

TEST(Sandbox, an_overlay_is_written_beside)
{
    for (const Site& site : {machine(), users(machine())}) {
        const Sandbox sandbox = make(policy("strict"), site);
        EXPECT_TRUE(sandbox.attempt_dir);
        const auto& init = sandbox.setup.init;
        const int overlay = find(init, Op::mount, "overlay", 2);
        ASSERT_GE(overlay, 0);
        const std::string& options = init.at(static_cast<std::size_t>(overlay)).texts[3];
        EXPECT_TRUE(options.contains("upperdir=\1/upper")) << options;
        EXPECT_EQ(options.contains("userxattr"), !site.privileged);
        EXPECT_LT(overlay, find(init, Op::set_attributes, "/", 0));
        EXPECT_EQ(sandbox.home, "/tmp/home");
    }
}

TEST(Sandbox, a_user_keeps_no_capability_and_root_what_is_listed)
{
    const auto kept = [](const Sandbox& sandbox) {
        const int step = find(sandbox.setup.test, Op::capabilities, "", 0);
        return step < 0 ? ~std::uint64_t{0} : sandbox.setup.test.at(static_cast<std::size_t>(step)).number;
    };
    EXPECT_EQ(kept(make(policy("default"), users(machine()))), 0U);
    EXPECT_EQ(kept(make(policy("strict"), machine())), 0U);
    EXPECT_EQ(kept(make(policy("default"), machine())) & 1U, 1U) << "CAP_CHOWN";
    constexpr std::uint64_t net_admin = 1U << 12U, sys_admin = 1U << 21U;
    EXPECT_EQ(kept(make(policy("network"), users(machine()))) & net_admin, net_admin) << "its own network is its own";
    EXPECT_EQ(kept(make(policy("network"), machine())) & sys_admin, 0U);
}

TEST(Sandbox, without_mounts_landlock_holds_what_it_can)
{
    Site site = users(machine());
    site.refuse(Feature::user_namespace, Refusal::all);
    const Sandbox sandbox = make(policy("default"), site);
    EXPECT_EQ(sandbox.setup.clone_flags, 0U);
    EXPECT_FALSE(sandbox.stay);
    EXPECT_EQ(sandbox.held[Feature::root], Holder::landlock);
    EXPECT_EQ(sandbox.held[Feature::hidden], Holder::landlock);
    EXPECT_EQ(sandbox.held[Feature::signals], Holder::landlock);
    for (const Feature feature :
         {Feature::pid_namespace, Feature::tmp, Feature::dev, Feature::proc, Feature::control}) {
        EXPECT_EQ(sandbox.held[feature], Holder::none) << to_string(feature);
    }
    EXPECT_EQ(sandbox.held[Feature::syscalls], Holder::seccomp);
    const auto rights = [&](const std::string& path) {
        std::uint64_t all = 0;
        for (const kernel::SetupStep& step : sandbox.setup.test) {
            all |= step.op == Op::landlock_path && step.texts[0] == path ? step.number : 0;
        }
        return all;
    };
    namespace right = kernel::landlock;
    EXPECT_NE(rights("/work/tree") & right::make_reg, 0U);
    EXPECT_EQ(rights("/usr") & right::write_file, 0U);
    EXPECT_NE(rights("/usr") & right::read_file, 0U);
    EXPECT_EQ(rights("/home/u"), 0U) << "it has hidden things below it";
    EXPECT_EQ(rights("/home/u/.ssh"), 0U);
    EXPECT_NE(rights("/home/u/.cache") & right::read_file, 0U);
    EXPECT_EQ(rights("/dev/null") & right::make_reg, 0U) << "a right of directories on a file is EINVAL";
}

TEST(Sandbox, without_landlock_and_mounts_it_says_so)
{
    Site site = users(machine());
    site.refuse(Feature::user_namespace, Refusal::all);
    site.landlock = {};
    const Sandbox sandbox = make(policy("strict"), site);
    for (const Feature feature :
         {Feature::root, Feature::hidden, Feature::work_tree, Feature::signals, Feature::network}) {
        EXPECT_EQ(sandbox.held[feature], Holder::none) << to_string(feature);
    }
    EXPECT_EQ(find(sandbox.setup.test, Op::landlock, "", 0), -1);
}

TEST(Sandbox, a_refused_feature_takes_its_dependants_along)
{
    Site site = machine();
    site.refuse(Feature::pid_namespace, Refusal::all);
    const Sandbox sandbox = make(policy("default"), site);
    EXPECT_EQ(sandbox.held[Feature::pid_namespace], Holder::none);
    EXPECT_EQ(sandbox.held[Feature::proc], Holder::none) << "a fresh /proc shows one's own PID namespace";
    EXPECT_EQ(sandbox.held[Feature::tmp], Holder::mounts);
    EXPECT_FALSE(sandbox.stay);
}

TEST(Sandbox, clocks_are_shifted_before_the_test_is_forked)
{
    Policy shifted;
    shifted.namespaces.time_offset = 3600;
    const Sandbox sandbox = make(shifted, machine());
    EXPECT_TRUE(sandbox.stay);
    EXPECT_LT(find(sandbox.setup.init, Op::unshare, "", 0),
              find(sandbox.setup.init, Op::write_file, "/proc/self/timens_offsets", 0));
}

} // namespace
} // namespace hutch::plan

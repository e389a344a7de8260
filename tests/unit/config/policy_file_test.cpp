// Layers, lists, flags, look-up: what a policy is made of.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/policy_file.h"
#include "config/policy_keys.h"

namespace hutch::config {
namespace {

using Strings = std::vector<std::string>;

LoadedPolicy load(const std::string& text)
{
    auto loaded = load_policy_text({"mine", "mine.toml", text});
    EXPECT_TRUE(loaded) << loaded.error().message << " " << loaded.error().hint;
    return loaded ? *loaded : LoadedPolicy{};
}

class PolicyFiles : public testing::Test {
  protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "policies-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        std::filesystem::create_directories(directory_ + "/project");
        std::filesystem::create_directories(directory_ + "/user");
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(directory_ + "/" + name) << text;
    }
    PolicyPlaces places() const
    {
        return {.project = directory_ + "/project", .user = directory_ + "/user", .base = directory_};
    }
    std::string error(const std::string& name) const
    {
        const auto loaded = load_policy(name, places());
        return loaded ? "" : loaded.error().message;
    }

    std::string directory_;
};

TEST(PolicyFile, InheritsNothingOrAnotherPolicy)
{
    EXPECT_EQ(load("description = \"x\"").policy.namespaces, NamespaceRules{});
    const LoadedPolicy mine = load("inherits = \"offline\"\nfiles.tmp = \"2G\"\n");
    EXPECT_EQ(mine.policy.namespaces.network, Network::none);
    EXPECT_EQ(mine.policy.files.tmp, Bytes{2} << 30);
    EXPECT_EQ(mine.policy.description, "");
    EXPECT_EQ(mine.policy.name, "mine");
    EXPECT_EQ(mine.policy.source, "mine.toml");
    EXPECT_EQ(mine.chain, (Strings{"built-in policy 'default'", "built-in policy 'offline'", "mine.toml"}));
    EXPECT_EQ(mine.from.at("files.tmp"), (ValueOrigin{"mine.toml", 2}));
    EXPECT_EQ(mine.from.at("files.shm").from, "built-in policy 'default'");
    EXPECT_FALSE(mine.from.contains("process.nice"));
}

TEST(PolicyFile, DoesNotMindWhereInheritsStands)
{
    EXPECT_EQ(load("files.tmp = \"2G\"\ninherits = \"default\"\n").policy,
              load("inherits = \"default\"\nfiles.tmp = \"2G\"\n").policy);
}

TEST(PolicyFile, ReplacesListsOrAddsToThem)
{
    const Strings inherited = find_policy("default")->files.writable;
    EXPECT_EQ(load("inherits = \"default\"\nfiles.writable = [\"/x\"]").policy.files.writable, Strings{"/x"});
    Strings added = inherited;
    added.insert(added.begin(), "/first");
    added.emplace_back("/last");
    EXPECT_EQ(load("inherits = \"default\"\nfiles.writable = [\"/first\", \"...\", \"/last/\", \"/first\"]")
                  .policy.files.writable,
              added);
    EXPECT_EQ(load("inherits = \"default\"\nfiles.writable = []").policy.files.writable, Strings{});
}

TEST(PolicyFile, TakesEveryKindOfValue)
{
    const Policy policy = load(R"(
[namespaces]
user = true
mount = true
uts = true
hostname = "box.example"
time_offset = "1h"
network = "private"
[files]
tmp = 65536
shm = "64K"
keep_dir = "{work}/kept//x/"
work_tree = "overlay-keep"
hidden = ["{home}", "{run}/x"]
[syscalls]
filter = true
default = "deny"
denial = "kill"
allow = ["@default", "ioctl:TIOCSTI", "@raw-io"]
[capabilities]
keep = ["net_raw", "CAP_CHOWN", "Cap_Net_Raw"]
[process]
hermetic = true
pass = ["CC", "MY_*"]
umask = "0077"
nice = -5
oom_score_adj = 500
)")
                              .policy;
    EXPECT_EQ(policy.namespaces.user, true);
    EXPECT_EQ(policy.namespaces.hostname, "box.example");
    EXPECT_EQ(policy.namespaces.time_offset, 3600);
    EXPECT_EQ(policy.namespaces.network, Network::isolated);
    EXPECT_EQ(policy.files.tmp, 65536U);
    EXPECT_EQ(policy.files.shm, 65536U);
    EXPECT_EQ(policy.files.keep_dir, "{work}/kept/x");
    EXPECT_EQ(policy.files.work, WorkTree::overlay_keep);
    EXPECT_EQ(policy.files.hidden, (Strings{"{home}", "{run}/x"}));
    EXPECT_FALSE(policy.syscalls.default_allow);
    EXPECT_EQ(policy.syscalls.denial, Denial::kill);
    EXPECT_EQ(policy.syscalls.allow, (Strings{"@default", "ioctl:TIOCSTI", "@raw-io"}));
    EXPECT_EQ(policy.capabilities, (CapabilityRules{.keep_all = false, .keep = {"CAP_NET_RAW", "CAP_CHOWN"}}));
    EXPECT_EQ(policy.process.umask, 077U);
    EXPECT_EQ(policy.process.nice, -5);
    EXPECT_EQ(policy.process.oom_score_adj, 500);
    EXPECT_EQ(policy.process.pass, (Strings{"CC", "MY_*"}));
}

TEST(PolicyFile, TakesBackWhatItInherits)
{
    const Policy policy =
        load("inherits = \"default\"\n[files]\ntmp = false\nshm = false\n[capabilities]\nkeep = \"all\"\n"
             "[namespaces]\nuser = false\nhostname = \"\"\n[syscalls]\nfilter = false\n")
            .policy;
    EXPECT_EQ(policy.files.tmp, std::nullopt);
    EXPECT_EQ(policy.files.shm, std::nullopt);
    EXPECT_EQ(policy.capabilities, CapabilityRules{});
    EXPECT_EQ(policy.namespaces.user, false);
    EXPECT_FALSE(policy.syscalls.filter);
}

TEST(PolicyFile, MaySwitchOffWhatListsAreThereFor)
{
    EXPECT_FALSE(
        load("inherits = \"default\"\nsyscalls.filter = false\nfiles.read_only_root = false\n").policy.syscalls.filter);
    EXPECT_FALSE(load("syscalls.filter = false\nsyscalls.deny = [\"ptrace\"]\n").policy.syscalls.filter);
}

TEST_F(PolicyFiles, AreFoundByNameBuiltInOnesFirst)
{
    write("project/strict.toml", "description = \"not this\"");
    write("project/mine.toml", "description = \"the project's\"");
    write("user/mine.toml", "description = \"the user's\"");
    write("user/own.toml", "inherits = \"mine\"\ndescription = \"the user's own\"");
    write("user/not a name.toml", "");
    EXPECT_EQ(*find_policy("strict", places()), *find_policy("strict"));
    EXPECT_EQ(find_policy("mine", places())->description, "the project's");
    EXPECT_EQ(find_policy("mine", places())->source, directory_ + "/project/mine.toml");
    EXPECT_EQ(find_policy("own", places())->description, "the user's own");
    EXPECT_EQ(find_policy("user/own.toml", places())->description, "the user's own");
    EXPECT_EQ(policy_names(places()), (Strings{"default", "network", "offline", "strict", "trusted", "mine", "own"}));
    EXPECT_EQ(error("owm"), "unknown policy 'owm'");
    EXPECT_EQ(load_policy("owm", places()).error().hint, "did you mean 'own'?");
    EXPECT_EQ(error("slow"), "unknown policy 'slow'");
    EXPECT_EQ(error("../user/own"), "open '" + directory_ + "/../user/own': No such file or directory");
    EXPECT_EQ(error("."), "unknown policy '.'");
}

TEST_F(PolicyFiles, InheritFromFilesBesideThem)
{
    write("project/a.toml", "inherits = \"./b.toml\"");
    write("project/b.toml", "inherits = \"../user/c.toml\"");
    write("user/c.toml", "namespaces.pid = true");
    EXPECT_TRUE(find_policy("a", places())->namespaces.pid);
}

TEST_F(PolicyFiles, DoNotInheritInACircle)
{
    write("project/a.toml", "inherits = \"b\"");
    write("project/b.toml", "\ninherits = \"a\"");
    write("project/self.toml", "inherits = \"../project/self.toml\"");
    EXPECT_EQ(error("a"), directory_ + "/project/b.toml:2:12: inherits 'a', which inherits this: a cycle");
    EXPECT_EQ(error("self"),
              directory_ + "/project/self.toml:1:12: inherits '../project/self.toml', which inherits this: a cycle");
    for (int i = 0; i < 20; ++i) {
        write("project/n" + std::to_string(i) + ".toml", "inherits = \"n" + std::to_string(i + 1) + "\"");
    }
    write("project/n20.toml", "");
    EXPECT_TRUE(error("n0").ends_with("more than 16 policies inherit from each other")) << error("n0");
    EXPECT_EQ(error("n5"), "");
}

TEST_F(PolicyFiles, AreNeitherPipesNorDirectoriesNorTooLong)
{
    ASSERT_EQ(mkfifo((directory_ + "/project/pipe.toml").c_str(), 0600), 0);
    EXPECT_TRUE(error("pipe").ends_with("not a regular file"));
    EXPECT_TRUE(error("project/").ends_with("not a regular file"));
    write("project/long.toml", "#" + std::string(2 << 20, 'x'));
    EXPECT_NE(error("long"), "");
    EXPECT_EQ(load_policy("long", places()).error().fault, Fault::usage);
}

TEST(PolicySettings, ChangeOneKeyAndAskForItsFeatures)
{
    auto loaded = load_policy("default");
    const auto changed = with_setting(*loaded, "--set", "files.tmp=2G");
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(changed->policy.files.tmp, Bytes{2} << 30);
    EXPECT_EQ(changed->policy.origin(Feature::tmp), Origin::asked);
    EXPECT_EQ(changed->policy.origin(Feature::dev), Origin::profile);
    EXPECT_EQ(changed->from.at("files.tmp"), (ValueOrigin{"--set 'files.tmp=2G'", 0}));

    const auto pid = with_setting(*loaded, "--set", "namespaces.pid = false");
    EXPECT_EQ(pid->policy.origin(Feature::pid_namespace), Origin::asked);
    EXPECT_EQ(pid->policy.origin(Feature::signals), Origin::asked);
    EXPECT_EQ(with_setting(*loaded, "--set", "process.umask=077")->policy.process.umask, 077U);
    EXPECT_EQ(with_setting(*loaded, "--set", "process.nice=-3")->policy.process.nice, -3);
    EXPECT_EQ(with_setting(*loaded, "--set", "namespaces.hostname=1.5")->policy.namespaces.hostname, "1.5");
    EXPECT_EQ(with_setting(*loaded, "--set", "files.hidden=[\"/x\"]")->policy.files.hidden, Strings{"/x"});
}

TEST(PolicySettings, AreRefusedWithTheFlag)
{
    const auto error = [](std::string_view assignment) {
        const auto changed = with_setting(*load_policy("trusted"), "--set", assignment);
        return changed ? "" : changed.error().message;
    };
    EXPECT_EQ(error("files.tmp"), "--set 'files.tmp': not KEY=VALUE");
    EXPECT_EQ(error("files.tpm=1G"), "--set 'files.tpm=1G': unknown key 'files.tpm'");
    EXPECT_EQ(error("files.tmp=1K"), "--set 'files.tmp=1K': '1K': from 64K to 1T");
    EXPECT_EQ(error("files.hidden=/x"), "--set 'files.hidden=/x': a list of strings is wanted, and this is a string");
    EXPECT_NE(error("files.hidden=[/x]"), "");
    EXPECT_NE(error("inherits=default"), "");
    EXPECT_NE(error("namespaces.pid=true\nnamespaces.mount=true"), "");
}

TEST(PolicySettings, NeedWhatTheyNeed)
{
    const auto alone = with_setting(*load_policy("trusted"), "--set", "files.tmp=1G");
    ASSERT_TRUE(alone);
    EXPECT_EQ(check_flags(*alone).error().message, "--set 'files.tmp=1G': files.tmp needs namespaces.mount");
    EXPECT_TRUE(check_flags(*with_setting(*alone, "--set", "namespaces.mount=true")));
    EXPECT_TRUE(check_flags(*load_policy("strict")));
    const auto without = with_setting(*load_policy("strict"), "--set", "namespaces.mount=false");
    EXPECT_EQ(check_flags(*without).error().message,
              "--set 'namespaces.mount=false': files.tmp needs namespaces.mount");
}

} // namespace
} // namespace hutch::config

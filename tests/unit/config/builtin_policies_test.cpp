// The policies that come with hutch say what their documents say.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/builtin_policies.h"
#include "config/policy_file.h"

namespace hutch::config {
namespace {

Policy policy(std::string_view name)
{
    auto found = find_policy(name);
    EXPECT_TRUE(found) << found.error().message << " " << found.error().hint;
    return found ? *found : Policy{};
}

bool has(const std::vector<std::string>& list, std::string_view item)
{
    return std::ranges::find(list, item) != list.end();
}

TEST(BuiltinPolicies, AreFiveAndEachIsReadAndDescribesItself)
{
    std::vector<std::string_view> names;
    for (const BuiltinPolicy& each : builtin_policies()) {
        names.push_back(each.name);
        EXPECT_FALSE(policy(each.name).description.empty()) << each.name;
        EXPECT_EQ(policy(each.name).name, each.name);
        EXPECT_EQ(policy(each.name).source, "");
    }
    EXPECT_EQ(names, (std::vector<std::string_view>{"default", "network", "offline", "strict", "trusted"}));
}

TEST(BuiltinPolicies, TrustedAsksForNothing)
{
    Policy nothing;
    nothing.description = policy("trusted").description;
    EXPECT_EQ(policy("trusted"), nothing);
    EXPECT_TRUE(wanted_features(policy("trusted")).empty());
}

TEST(BuiltinPolicies, DefaultKeepsTestsApartAndLeavesThemTheirTools)
{
    const Policy it = policy("default");
    EXPECT_TRUE(it.namespaces.pid && it.namespaces.mount && it.namespaces.ipc && it.namespaces.uts &&
                it.namespaces.cgroup);
    EXPECT_EQ(it.namespaces.user, std::nullopt);
    EXPECT_EQ(it.namespaces.network, Network::host);
    EXPECT_TRUE(it.files.read_only_root && it.files.fresh_proc && it.files.hide_control);
    EXPECT_EQ(it.files.work, WorkTree::writable);
    EXPECT_EQ(it.files.tmp, Bytes{1} << 30);
    EXPECT_EQ(it.files.shm, Bytes{256} << 20);
    EXPECT_TRUE(has(it.files.hidden, "{home}/.ssh"));
    EXPECT_TRUE(it.syscalls.filter && it.syscalls.default_allow);
    EXPECT_EQ(it.syscalls.denial, Denial::notify);
    for (const std::string_view group : {"@debug", "@namespace", "@mount", "@io_uring"}) {
        EXPECT_FALSE(has(it.syscalls.deny, group)) << group;
    }
    EXPECT_FALSE(it.capabilities.keep_all);
    EXPECT_FALSE(has(it.capabilities.keep, "CAP_SYS_ADMIN"));
    EXPECT_TRUE(it.process.no_new_privs);
    EXPECT_FALSE(it.process.hermetic);
}

TEST(BuiltinPolicies, OfflineAndNetworkDifferFromDefaultInTheNetworkAlone)
{
    Policy offline = policy("default");
    offline.namespaces.network = Network::none;
    offline.syscalls.deny.emplace_back("socket:AF_VSOCK");
    offline.name = "offline";
    offline.description = policy("offline").description;
    EXPECT_EQ(policy("offline"), offline);

    Policy network = policy("default");
    network.namespaces.network = Network::isolated;
    network.syscalls.deny.emplace_back("socket:AF_VSOCK");
    network.capabilities.keep.insert(network.capabilities.keep.end(), {"CAP_NET_ADMIN", "CAP_NET_RAW"});
    network.name = "network";
    network.description = policy("network").description;
    EXPECT_EQ(policy("network"), network);
}

TEST(BuiltinPolicies, StrictGivesLessThanOffline)
{
    const Policy offline = policy("offline");
    const Policy it = policy("strict");
    EXPECT_EQ(it.namespaces, offline.namespaces);
    EXPECT_EQ(it.files.work, WorkTree::overlay);
    EXPECT_TRUE(it.files.private_home && it.files.writable.empty() && it.process.hermetic);
    EXPECT_TRUE(!it.capabilities.keep_all && it.capabilities.keep.empty());
    for (const std::string& path : offline.files.hidden) {
        EXPECT_TRUE(has(it.files.hidden, path)) << path;
    }
    for (const std::string& call : offline.syscalls.deny) {
        EXPECT_TRUE(has(it.syscalls.deny, call)) << call;
    }
    EXPECT_GT(it.syscalls.deny.size(), offline.syscalls.deny.size());
}

} // namespace
} // namespace hutch::config

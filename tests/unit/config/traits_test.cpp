// One saying laid over another.
#include "config/traits.h"

#include <gtest/gtest.h>

namespace hutch::config {
namespace {

using Words = std::vector<std::string>;

Traits limited(std::optional<Bytes> memory, std::optional<int> wall, std::optional<std::string> profile = {})
{
    Traits traits;
    if (memory) {
        traits.limits.memory_max = {*memory};
    }
    if (wall) {
        traits.limits.wall = {std::chrono::seconds(*wall)};
    }
    traits.profile = std::move(profile);
    return traits;
}

TEST(Overlaid, NothingChangesNothing)
{
    Traits all = limited(Bytes{1} << 30, 7, "slow");
    all.tags = {"a"};
    all.skip = "why";
    all.network = Network::none;
    EXPECT_EQ(overlaid(all, Traits()), all);
    EXPECT_EQ(overlaid(Traits(), all), all);
    EXPECT_EQ(overlaid(all, all), all) << "lists have each item once";
}

TEST(Overlaid, LimitsOneByOneButAProfileReplacesThem)
{
    const Traits below = limited(100, 7, "fast");
    EXPECT_EQ(overlaid(below, limited({}, 9)), limited(100, 9, "fast"));
    EXPECT_EQ(overlaid(below, limited({}, {}, "slow")), limited({}, {}, "slow"));
    EXPECT_EQ(overlaid(below, limited({}, 9, "slow")), limited({}, 9, "slow")) << "its own limits stay";
    EXPECT_EQ(overlaid(overlaid(below, limited({}, {}, "slow")), limited(5, {})), limited(5, {}, "slow"));
}

TEST(Overlaid, TheNearerWordAndJoinedLists)
{
    const Traits below{.policy = "a", .priority = 1, .tags = {"x", "y"}, .depends_on = {"p"}, .retries = 3, .groups = {"g"}, .slow = true};
    const Traits over{.priority = 0, .tags = {"y", "z", "z"}, .depends_on = {"q", "p"}, .retries = 0, .groups = {"h"}, .slow = false};
    const Traits laid = overlaid(below, over);
    EXPECT_EQ(laid.policy, "a");
    EXPECT_EQ(laid.priority, 0u);
    EXPECT_EQ(laid.retries, 0u) << "0 is something said";
    EXPECT_EQ(laid.slow, false);
    EXPECT_EQ(laid.tags, (Words{"x", "y", "z"}));
    EXPECT_EQ(laid.depends_on, (Words{"p", "q"}));
    EXPECT_EQ(laid.groups, (Words{"g", "h"}));
}

TEST(LimitsOver, ProfileAndGraceStay)
{
    Limits below, over;
    below.profile = "slow";
    below.grace = std::chrono::seconds(1);
    below.pids_max = {5};
    IoLimit first, second;
    first.rbps = 1;
    second.wbps = 2;
    below.io = {{first}};
    over.io = {{second}};
    over.profile = "fast";
    over.grace = std::chrono::seconds(9);
    const Limits laid = limits_over(below, over);
    EXPECT_EQ(laid.profile, "slow");
    EXPECT_EQ(laid.grace, below.grace);
    EXPECT_EQ(laid.pids_max, below.pids_max);
    EXPECT_EQ(laid.io, over.io) << "as a whole";
}

} // namespace
} // namespace hutch::config

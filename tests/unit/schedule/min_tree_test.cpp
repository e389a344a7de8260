// MinTree against a search from left to right.
#include "schedule/min_tree.h"

#include <random>

#include <gtest/gtest.h>

namespace hutch::schedule {
namespace {

TEST(MinTree, EmptyOnesHaveNothing)
{
    EXPECT_EQ(MinTree(0).first(UINT64_MAX - 1), std::nullopt);
    EXPECT_EQ(MinTree(5).first(UINT64_MAX - 1), std::nullopt);
    MinTree one(1);
    one.set(0, 7);
    EXPECT_EQ(one.first(6), std::nullopt);
    EXPECT_EQ(one.first(7), 0u);
    EXPECT_EQ(one.first(7, 1), std::nullopt);
    one.clear(0);
    EXPECT_EQ(one.first(UINT64_MAX - 1), std::nullopt);
}

TEST(MinTree, FindsWhatASearchFinds)
{
    std::mt19937 random(5);
    for (const std::size_t places : {1u, 2u, 3u, 7u, 8u, 9u, 33u}) {
        MinTree tree(places);
        std::vector<std::optional<std::uint64_t>> plain(places);
        for (int step = 0; step < 3000; ++step) {
            const std::size_t place = random() % places;
            if (random() % 3 == 0) {
                tree.clear(place);
                plain[place].reset();
            } else {
                plain[place] = random() % 20;
                tree.set(place, *plain[place]);
            }
            const std::uint64_t at_most = random() % 20;
            std::size_t from = random() % (places + 2);
            const auto found = tree.first(at_most, from);
            while (from < places && !(plain[from] && *plain[from] <= at_most)) {
                ++from;
            }
            ASSERT_EQ(found, from < places ? std::optional(from) : std::nullopt);
        }
    }
}

} // namespace
} // namespace hutch::schedule

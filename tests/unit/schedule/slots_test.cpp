// LocalSlots: never more than asked, never one number twice, lost ones stay lost.
#include "schedule/slots.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace hutch::schedule
{
namespace
{

TEST(LocalSlots, GivesTheLowestFreeNumberAndThenNotYet)
{
    LocalSlots slots(2);
    EXPECT_EQ(slots.acquire(), Slot{0});
    EXPECT_EQ(slots.acquire(), Slot{1});
    EXPECT_EQ(slots.acquire(), std::nullopt);
    slots.release(Slot{0});
    EXPECT_EQ(slots.acquire(), Slot{0});
}

TEST(LocalSlots, NoWorkersIsOneWorker)
{
    LocalSlots slots(0);
    EXPECT_EQ(slots.capacity(), 1u);
    EXPECT_TRUE(slots.acquire());
    EXPECT_FALSE(slots.acquire());
}

TEST(LocalSlots, AForfeitedSlotNeverComesBack)
{
    LocalSlots slots(2);
    const auto lost = slots.acquire();
    ASSERT_TRUE(lost);
    slots.forfeit(*lost);
    EXPECT_EQ(slots.capacity(), 1u);
    const auto other = slots.acquire();
    ASSERT_TRUE(other);
    EXPECT_NE(*other, *lost);
    EXPECT_FALSE(slots.acquire());
    slots.forfeit(*other);
    EXPECT_EQ(slots.capacity(), 0u);
    EXPECT_FALSE(slots.acquire());
}

TEST(LocalSlots, RandomUseNeverGivesANumberTwice)
{
    std::mt19937 random(20240229);
    for (std::size_t workers : {1u, 3u, 17u}) {
        LocalSlots slots(workers);
        std::set<std::size_t> held;
        for (int step = 0; step < 5000; ++step) {
            if (random() % 2 == 0) {
                const auto slot = slots.acquire();
                ASSERT_EQ(slot.has_value(), held.size() < slots.capacity());
                if (slot) {
                    ASSERT_LT(slot->worker, workers);
                    ASSERT_TRUE(held.insert(slot->worker).second);
                }
            } else if (!held.empty()) {
                const auto which = std::next(held.begin(), static_cast<long>(random() % held.size()));
                slots.release(Slot{*which});
                held.erase(which);
            }
        }
    }
}

} // namespace
} // namespace hutch::schedule

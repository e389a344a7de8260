// Queue: discovery order, what is put back comes last, and what is cancelled is counted exactly.
#include "schedule/queue.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace hutch::schedule
{
namespace
{

std::vector<TestPtr> make_tests(std::size_t count)
{
    std::vector<TestPtr> tests;
    for (std::size_t index = 0; index < count; ++index) {
        TestSpec spec;
        spec.index = index;
        tests.push_back(std::make_shared<const TestSpec>(std::move(spec)));
    }
    return tests;
}

TEST(Queue, GivesTestsInTheirOrder)
{
    Queue queue(make_tests(3));
    for (std::size_t index = 0; index < 3; ++index) {
        const auto due = queue.next();
        ASSERT_TRUE(due);
        EXPECT_EQ(due->test->index, index);
        EXPECT_EQ(due->attempt, 1);
    }
    EXPECT_FALSE(queue.next());
    EXPECT_TRUE(queue.empty());
}

TEST(Queue, WhatIsPutBackComesAfterEverythingElse)
{
    Queue queue(make_tests(2));
    const auto first = queue.next();
    queue.requeue({first->test, first->attempt + 1});
    EXPECT_EQ(queue.next()->test->index, 1u);
    const auto again = queue.next();
    EXPECT_EQ(again->test->index, 0u);
    EXPECT_EQ(again->attempt, 2);
}

TEST(Queue, CancelCountsOnlyWhatWasNeverGivenOut)
{
    Queue queue(make_tests(5));
    const auto first = queue.next();
    queue.requeue({first->test, 2});
    EXPECT_EQ(queue.size(), 5u);
    EXPECT_EQ(queue.cancel_rest(), 4u);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.cancel_rest(), 0u);
}

TEST(Queue, NothingComesBackAfterACancel)
{
    Queue queue(make_tests(1));
    const auto running = queue.next();
    EXPECT_EQ(queue.cancel_rest(), 0u);
    queue.requeue({running->test, 2});
    EXPECT_FALSE(queue.next());
}

TEST(Queue, LetsGoOfWhatItGaveOut)
{
    auto tests = make_tests(1);
    const std::weak_ptr<const TestSpec> watched = tests[0];
    Queue queue(std::move(tests));
    queue.next();
    EXPECT_TRUE(watched.expired());
}

TEST(Queue, RandomRunsAccountForEveryTest)
{
    std::mt19937 random(7);
    for (int run = 0; run < 200; ++run) {
        const std::size_t count = random() % 40;
        Queue queue(make_tests(count));
        std::size_t started = 0;
        const std::size_t stop_after = random() % 60;
        for (std::size_t step = 0; step < stop_after; ++step) {
            const auto due = queue.next();
            if (!due) {
                break;
            }
            started += due->attempt == 1;
            if (random() % 4 == 0) {
                queue.requeue({due->test, due->attempt + 1});
            }
        }
        EXPECT_EQ(started + queue.cancel_rest(), count);
    }
}

} // namespace
} // namespace hutch::schedule

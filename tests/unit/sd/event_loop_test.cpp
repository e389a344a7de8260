// The loop with real descriptors, timers and signals.
#include "sd/event_loop.h"

#include <chrono>
#include <csignal>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace hutch::sd {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Pipe {
    base::UniqueFd read, write;
    Pipe()
    {
        int ends[2] = {-1, -1};
        EXPECT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
};

class EventLoopTest : public testing::Test {
  protected:
    EventLoop loop = EventLoop::open().value();
};

TEST_F(EventLoopTest, ADescriptorIsReportedWithItsBits)
{
    Pipe pipe;
    std::uint32_t seen = 0;
    auto watch = loop.on_fd(pipe.read, EPOLLIN, [&](std::uint32_t bits) {
        seen = bits;
        loop.stop();
    });
    ASSERT_TRUE(watch);
    ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(seen & EPOLLIN, static_cast<std::uint32_t>(EPOLLIN));
}

TEST_F(EventLoopTest, AClosedDescriptorIsAnError)
{
    auto watch = loop.on_fd(base::BorrowedFd(1 << 20), EPOLLIN, [](std::uint32_t) {});
    ASSERT_FALSE(watch);
    EXPECT_EQ(watch.error().message, "watch descriptor 1048576: Bad file descriptor");
}

TEST_F(EventLoopTest, ADescriptorIsWatchedOnce)
{
    Pipe pipe;
    auto first = loop.on_fd(pipe.read, EPOLLIN, [](std::uint32_t) {});
    ASSERT_TRUE(first);
    EXPECT_FALSE(loop.on_fd(pipe.read, EPOLLIN, [](std::uint32_t) {}));
    first->reset();
    EXPECT_TRUE(loop.on_fd(pipe.read, EPOLLIN, [](std::uint32_t) {}));
}

TEST_F(EventLoopTest, WhatIsUrgentComesFirst)
{
    Pipe one, two;
    std::vector<int> seen;
    auto first = loop.on_fd(one.read, EPOLLIN, [&](std::uint32_t) {
        seen.push_back(1);
        loop.stop();
    });
    Result<Source> second;
    second = loop.on_fd(
        two.read, EPOLLIN,
        [&](std::uint32_t) {
            seen.push_back(2);
            second.value().reset();
        },
        Urgency::high);
    ASSERT_TRUE(first && second);
    ASSERT_EQ(::write(one.write.get(), "x", 1) + ::write(two.write.get(), "x", 1), 2);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(seen, (std::vector{2, 1}));
}

TEST_F(EventLoopTest, AnEndedWatchIsNotCalled)
{
    Pipe pipe;
    bool called = false;
    {
        auto watch = loop.on_fd(pipe.read, EPOLLIN, [&](std::uint32_t) { called = true; }).value();
        ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
    }
    auto end = loop.after(5ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_FALSE(called);
}

TEST_F(EventLoopTest, TimersComeInOrderAndNeverEarly)
{
    std::vector<int> order;
    Clock::time_point start = Clock::now();
    Clock::duration last{};
    auto late = loop.after(30ms,
                           [&] {
                               order.push_back(30);
                               last = Clock::now() - start;
                               loop.stop();
                           })
                    .value();
    auto early = loop.after(2ms, [&] { order.push_back(2); }).value();
    auto past = loop.after(-5ms, [&] { order.push_back(0); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(order, (std::vector{0, 2, 30}));
    EXPECT_GE(last, 30ms);
}

TEST_F(EventLoopTest, ATimerSetByASlowHandlerCountsFromNow)
{
    Clock::time_point set{}, fired{};
    Source inner;
    auto outer = loop.soon([&] {
                         usleep(20'000);
                         set = Clock::now();
                         inner = loop.after(10ms,
                                            [&] {
                                                fired = Clock::now();
                                                loop.stop();
                                            })
                                     .value();
                     })
                     .value();
    ASSERT_TRUE(loop.run());
    EXPECT_GE(fired - set, 10ms);
}

TEST_F(EventLoopTest, AnEndlessDelayIsNoError)
{
    auto never = loop.after(Microseconds::max(), [] { FAIL(); });
    ASSERT_TRUE(never);
    auto end = loop.after(2ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
}

TEST_F(EventLoopTest, AHandlerMayEndItsOwnWatch)
{
    Pipe pipe;
    int calls = 0;
    Source watch;
    // What is captured has to live until the handler returns, though the Source is gone.
    auto witness = std::make_shared<int>(7);
    std::weak_ptr<int> gone = witness;
    watch = loop.on_fd(pipe.read, EPOLLIN,
                       [&, witness = std::move(witness)](std::uint32_t) {
                           watch.reset();
                           calls += *witness;
                       })
                .value();
    ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
    auto end = loop.after(5ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(calls, 7);
    EXPECT_FALSE(watch);
    EXPECT_TRUE(gone.expired());
}

TEST_F(EventLoopTest, AHandlerMayReplaceItsOwnTimer)
{
    int left = 5;
    Source timer;
    std::function<void()> tick = [&] {
        if (--left == 0) {
            loop.stop();
        } else {
            timer = loop.after(1ms, tick).value();
        }
    };
    timer = loop.after(1ms, tick).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(left, 0);
}

TEST_F(EventLoopTest, AHandlerMayEndAnotherPendingWatch)
{
    Pipe one, two;
    int calls = 0;
    Source first, second;
    first = loop.on_fd(one.read, EPOLLIN,
                       [&](std::uint32_t) {
                           ++calls;
                           second.reset();
                           first.reset();
                       })
                .value();
    second = loop.on_fd(two.read, EPOLLIN,
                        [&](std::uint32_t) {
                            ++calls;
                            first.reset();
                            second.reset();
                        })
                 .value();
    ASSERT_EQ(::write(one.write.get(), "x", 1), 1);
    ASSERT_EQ(::write(two.write.get(), "x", 1), 1);
    auto end = loop.after(5ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, ASignalIsReadAndGoesFirst)
{
    std::vector<int> order;
    auto other = loop.soon([&] { order.push_back(0); }).value();
    auto watch = loop.on_signal(SIGUSR2, [&] { order.push_back(SIGUSR2); }).value();
    ASSERT_EQ(raise(SIGUSR2), 0);
    auto end = loop.after(5ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(order, (std::vector{SIGUSR2, 0}));
}

TEST_F(EventLoopTest, ASignalThatDoesNotExistIsAnError)
{
    auto watch = loop.on_signal(4711, [] {});
    ASSERT_FALSE(watch);
    EXPECT_EQ(watch.error().message, "block signal 4711: Invalid argument");
}

TEST_F(EventLoopTest, ASignalIsWatchedOnlyOnce)
{
    auto first = loop.on_signal(SIGUSR2, [] {});
    ASSERT_TRUE(first);
    EXPECT_FALSE(loop.on_signal(SIGUSR2, [] {}));
}

TEST_F(EventLoopTest, StopBeforeRunCountsAndTheLoopRunsAgain)
{
    loop.stop();
    ASSERT_TRUE(loop.run());
    int calls = 0;
    auto one = loop.soon([&] {
                       ++calls;
                       loop.stop();
                   })
                   .value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, AWatchMayOutliveTheLoop)
{
    Source timer;
    {
        EventLoop shorter = EventLoop::open().value();
        timer = shorter.after(1ms, [] { FAIL(); }).value();
    }
    EXPECT_TRUE(timer);
    timer.reset();
    EXPECT_FALSE(timer);
}

TEST_F(EventLoopTest, ThousandsOfWatchesComeAndGo)
{
    Pipe pipe;
    int rounds = 0;
    Source watch, timer;
    std::function<void(std::uint32_t)> next = [&](std::uint32_t) {
        if (++rounds == 5000) {
            loop.stop();
            return;
        }
        watch.reset(); // a descriptor is watched once
        watch = loop.on_fd(pipe.read, EPOLLIN, next).value();
        timer = loop.after(10s, [] { FAIL(); }).value();
    };
    watch = loop.on_fd(pipe.read, EPOLLIN, next).value();
    ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(rounds, 5000);
}

} // namespace
} // namespace hutch::sd

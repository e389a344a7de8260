// Jobs against a manager at the other end of a socket.
#include "sd/transient_unit.h"

#include <chrono>

#include <gtest/gtest.h>

#include "unit/sd/fake_manager.h"

namespace hutch::sd {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

Units connect(FakeManager& manager)
{
    return Units(Bus::peer(manager.take_socket(), Instance::user).value());
}

TransientUnit scope(const std::string& name)
{
    UnitLimits limits;
    limits.memory_max = 64 << 20;
    limits.io_wbps = {{"/dev/vdb", 7}};
    return scope_unit(
        {.unit = name, .description = "a test", .pids = {1, 2}, .slice = "hutch-x.slice", .limits = limits});
}

TEST(Units, AStartEndsWithItsJob)
{
    FakeManager manager({.foreign_jobs = true});
    Units units = connect(manager);
    Result<void> started = units.start(scope("a.scope"));
    ASSERT_TRUE(started) << started.error().message;
    ASSERT_EQ(manager.call_texts(), (Texts{"StartTransientUnit a.scope"}));
    EXPECT_EQ(manager.calls()[0].properties, (std::map<std::string, std::string>{
                                                 {"Description", "a test"},
                                                 {"Slice", "hutch-x.slice"},
                                                 {"PIDs", "[1 2]"},
                                                 {"Delegate", "true"},
                                                 {"CollectMode", "inactive-or-failed"},
                                                 {"TimeoutStopUSec", "2000000"},
                                                 {"OOMPolicy", "continue"},
                                                 {"ManagedOOMPreference", "avoid"},
                                                 {"MemoryMax", "67108864"},
                                                 {"TasksMax", "18446744073709551615"},
                                                 {"IOWriteBandwidthMax", "[/dev/vdb=7]"},
                                             }));
}

TEST(Units, AProcessIsMovedIntoAUnit)
{
    FakeManager manager({.existing_units = {"a.scope"}});
    Units units = connect(manager);
    EXPECT_TRUE(units.move_in("a.scope", 4711));
    EXPECT_EQ(manager.call_texts(), Texts{"AttachProcessesToUnit a.scope '' [4711]"});
    const auto refused = units.move_in("b.scope", 4711);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.starts_with("move pid 4711 to unit 'b.scope': Unit b.scope not loaded."))
        << refused.error().message;
}

TEST(Units, ASignalBeforeTheReplyIsNotMissed)
{
    FakeManager manager({.signal_before_reply = true});
    Units units = connect(manager);
    EXPECT_TRUE(units.start(scope("a.scope")));
}

TEST(Units, AFailedJobIsAnError)
{
    FakeManager manager({.job_result = "failed"});
    Units units = connect(manager);
    Result<void> started = units.start(scope("a.scope"));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "start unit 'a.scope': job ended as failed");
}

TEST(Units, WhatAnOldManagerDoesNotKnowIsLeftOutFromThenOn)
{
    FakeManager manager({.unknown_properties = {"OOMPolicy", "ManagedOOMPreference"}});
    Units units = connect(manager);
    Result<void> started = units.start(scope("a.scope"));
    ASSERT_TRUE(started) << started.error().message;
    ASSERT_EQ(manager.calls().size(), 3U);
    EXPECT_FALSE(manager.calls()[2].properties.contains("OOMPolicy"));
    EXPECT_TRUE(units.start(scope("b.scope")));
    EXPECT_EQ(manager.calls().size(), 4U);
}

TEST(Units, ALimitThatIsNotKnownIsAnError)
{
    FakeManager manager({.unknown_properties = {"MemoryMax"}});
    Units units = connect(manager);
    Result<void> started = units.start(scope("a.scope"));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "start unit 'a.scope': Cannot set property MemoryMax, or unknown property. "
                                       "(org.freedesktop.DBus.Error.PropertyReadOnly)");
    EXPECT_EQ(manager.calls().size(), 1U);
}

TEST(Units, AnExistingUnitIsAnError)
{
    FakeManager manager({.existing_units = {"a.scope"}});
    Units units = connect(manager);
    Result<void> started = units.start(scope("a.scope"));
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("(org.freedesktop.systemd1.UnitExists)"), std::string::npos);
}

TEST(Units, AnExistingParentSliceIsUsed)
{
    FakeManager manager({.existing_units = {"hutch.slice"}});
    Units units = connect(manager);
    Result<void> started = units.start(slice_unit("hutch-a.slice", "tests", "hutch-b.scope"));
    ASSERT_TRUE(started) << started.error().message;
    ASSERT_EQ(manager.calls().size(), 2U);
    EXPECT_EQ(manager.calls()[0].auxiliary, (Texts{"hutch.slice"}));
    EXPECT_EQ(manager.calls()[1].auxiliary, Texts{});
}

TEST(Units, ALostJobEndsAtTheDeadline)
{
    FakeManager manager({.lose_jobs = true});
    Units units(Bus::peer(manager.take_socket(), Instance::user).value(), 100ms);
    auto start = std::chrono::steady_clock::now();
    Result<void> started = units.start(scope("a.scope"));
    auto took = std::chrono::steady_clock::now() - start;
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "start unit 'a.scope': Connection timed out");
    EXPECT_GE(took, 100ms);
    EXPECT_LT(took, 1s);
}

TEST(Units, StoppingWaitsAndWhatIsNotThereIsStopped)
{
    FakeManager manager({.existing_units = {"a.scope"}});
    Units units = connect(manager);
    EXPECT_TRUE(units.stop("a.scope"));
    EXPECT_TRUE(units.stop("b.scope"));
    EXPECT_TRUE(units.reset_failed("a.scope"));
    EXPECT_EQ(manager.call_texts(), (Texts{"StopUnit a.scope", "StopUnit b.scope", "ResetFailedUnit a.scope"}));
}

TEST(Units, AUnitKnowsItsCgroup)
{
    FakeManager manager({.control_group = [](const std::string& unit) { return "/top/" + unit; }});
    Units units = connect(manager);
    EXPECT_EQ(units.control_group("hutch-a-1.scope").value(), "/top/hutch-a-1.scope");
    EXPECT_EQ(units.control_group("hutch-a_1.slice").value(), "/top/hutch-a_1.slice");
}

TEST(Units, AManagerThatGoesAwayIsAnError)
{
    auto manager = std::make_unique<FakeManager>();
    Units units = connect(*manager);
    manager.reset();
    auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(units.start(scope("a.scope")));
    EXPECT_FALSE(units.stop("a.scope"));
    EXPECT_FALSE(units.control_group("a.scope"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

class AsyncUnits : public testing::Test {
  protected:
    EventLoop loop = EventLoop::open().value();
};

TEST_F(AsyncUnits, ManyStartsAreUnderWayAtOnce)
{
    FakeManager manager({.unknown_properties = {"OOMPolicy"}, .foreign_jobs = true});
    Units units = connect(manager);
    ASSERT_TRUE(units.attach(loop));
    int done = 0;
    for (int i = 0; i < 20; ++i) {
        units.start_async(scope("t-" + std::to_string(i) + ".scope"), [&](Result<void> result) {
            EXPECT_TRUE(result) << result.error().message;
            if (++done == 20) {
                loop.stop();
            }
        });
    }
    EXPECT_EQ(done, 0);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(done, 20);
}

TEST_F(AsyncUnits, ACallbackMayStartTheNext)
{
    FakeManager manager;
    Units units = connect(manager);
    ASSERT_TRUE(units.attach(loop));
    int left = 5;
    std::function<void(Result<void>)> next = [&](Result<void> result) {
        EXPECT_TRUE(result);
        if (--left == 0) {
            loop.stop();
        } else {
            units.start_async(scope("t-" + std::to_string(left) + ".scope"), next);
        }
    };
    units.start_async(scope("t-5.scope"), next);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(manager.calls().size(), 5U);
}

TEST_F(AsyncUnits, ACallbackMayEndItAll)
{
    FakeManager manager;
    auto units = std::make_unique<Units>(connect(manager));
    ASSERT_TRUE(units->attach(loop));
    units->start_async(scope("a.scope"), [&](Result<void>) {
        units.reset();
        loop.stop();
    });
    units->start_async(scope("b.scope"), [](Result<void>) { FAIL() << "called after its end"; });
    ASSERT_TRUE(loop.run());
    auto end = loop.after(5ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
}

TEST_F(AsyncUnits, AnErrorIsCalledBackOnce)
{
    FakeManager manager({.existing_units = {"a.scope"}});
    Units units = connect(manager);
    ASSERT_TRUE(units.attach(loop));
    int calls = 0;
    units.start_async(scope("a.scope"), [&](Result<void> result) {
        EXPECT_FALSE(result);
        ++calls;
        loop.stop();
    });
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(calls, 1);
}

TEST_F(AsyncUnits, ALostJobEndsAtTheDeadline)
{
    FakeManager manager({.lose_jobs = true});
    Units units(Bus::peer(manager.take_socket(), Instance::user).value(), 100ms);
    ASSERT_TRUE(units.attach(loop));
    Result<void> outcome;
    units.start_async(scope("a.scope"), [&](Result<void> result) {
        outcome = std::move(result);
        loop.stop();
    });
    ASSERT_TRUE(loop.run());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "start unit 'a.scope': Connection timed out");
}

TEST_F(AsyncUnits, WithoutALoopItIsAnErrorAtOnce)
{
    FakeManager manager;
    Units units = connect(manager);
    bool called = false;
    units.start_async(scope("a.scope"), [&](Result<void> result) {
        called = true;
        EXPECT_FALSE(result);
    });
    EXPECT_TRUE(called);
}

TEST_F(AsyncUnits, WaitingFormsWorkOnAnAttachedConnection)
{
    FakeManager manager({.existing_units = {"b.scope"}});
    Units units = connect(manager);
    ASSERT_TRUE(units.attach(loop));
    int done = 0;
    units.start_async(scope("a.scope"), [&](Result<void> result) {
        EXPECT_TRUE(result);
        ++done;
    });
    EXPECT_TRUE(units.stop("b.scope"));
    auto end = loop.after(20ms, [&] { loop.stop(); }).value();
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(done, 1);
}

TEST_F(AsyncUnits, AskingToStopDoesNotWait)
{
    FakeManager manager({.existing_units = {"a.scope"}});
    Units units = connect(manager);
    units.stop_async("a.scope");
    EXPECT_TRUE(units.reset_failed("a.scope")); // answered after the first was seen
    EXPECT_EQ(manager.call_texts(), (Texts{"StopUnit a.scope", "ResetFailedUnit a.scope"}));
}

} // namespace
} // namespace hutch::sd

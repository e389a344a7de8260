// Rungs 1 and 2 with real cgroups and without systemd: the manager at the other end of a socket does with the cgroups
// what systemd would. What only systemd itself can show is in tests/vm.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "core/scope_support.h"
#include "core/test_cgroup.h"
#include "kernel/cgroup_mount.h"
#include "kernel/process.h"
#include "scope/delegation.h"
#include "scope/systemd_facts.h"
#include "scope/systemd_manager.h"
#include "unit/sd/fake_manager.h"

namespace hutch::scope {
namespace {

using Texts = std::vector<std::string>;
using Properties = std::map<std::string, std::string>;

class SystemdScope : public test::CgroupTest {
  protected:
    void SetUp() override
    {
        CgroupTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        origin_ = test::open_own_cgroup().value();
        control_group_ = kernel::own_cgroup().value();
        control_group_ += (control_group_ == "/" ? "" : "/") + home().path().substr(home().path().rfind('/') + 1);
    }
    void TearDown() override
    {
        if (origin_) {
            EXPECT_TRUE(origin_->write("cgroup.procs", "0"));
        }
        CgroupTest::TearDown();
    }

    /// Makes cgroups and moves processes as systemd does.
    sd::Behaviour systemd()
    {
        sd::Behaviour behaviour;
        behaviour.control_group = [this](const std::string& unit) { return control_group_ + "/" + unit; };
        behaviour.on_start = [this](const std::string& unit, const Properties& properties) { start(unit, properties); };
        return behaviour;
    }
    void start(const std::string& unit, const Properties& properties)
    {
        const auto slice = properties.find("Slice");
        const auto parent =
            slice == properties.end() ? kernel::CgroupDir::open(home().path()) : home().open_child(slice->second);
        const auto made = parent->make_child(unit);
        ASSERT_TRUE(made) << made.error().message;
        if (const auto pids = properties.find("PIDs"); pids != properties.end()) {
            const std::string list = pids->second.substr(1, pids->second.size() - 2);
            for (const std::string_view pid : base::words(list)) {
                (void)made->write("cgroup.procs", pid);
            }
        }
    }
    sd::Units connect(sd::FakeManager& manager)
    {
        return sd::Units(sd::Bus::peer(manager.take_socket(), sd::Instance::user).value());
    }
    /// Rung 2 over `manager`.
    Result<std::unique_ptr<SystemdManager>> open(sd::FakeManager& manager)
    {
        auto scope = acquire_delegated_scope(id_, connect(manager));
        EXPECT_TRUE(scope) << scope.error().message;
        auto node = RunNode::in_delegated(std::move(scope->dir));
        EXPECT_TRUE(node) << node.error().message;
        const auto stack = kernel::CloneStack::create().value();
        const auto files = node->prove(stack);
        EXPECT_TRUE(files) << files.error().message;
        return SystemdManager::open(
            {.units = std::move(scope->units), .node = std::move(*node), .files = *files, .capabilities = {}}, id_,
            loop_);
    }
    Result<Enforced> admit(SystemdManager& manager, Scope& scope, int pid, const Limits& limits = {})
    {
        Result<Enforced> answer = plain_error("admit: no answer");
        manager.admit(scope, pid, limits, [&](Result<Enforced> enforced) {
            answer = std::move(enforced);
            loop_.stop();
        });
        EXPECT_TRUE(loop_.run());
        return answer;
    }
    std::string unit(const std::string& name) const { return id_.node_name() + "-" + name + ".scope"; }

    RunId id_ = own_run_id().value();
    sd::EventLoop loop_ = sd::EventLoop::open().value();
    std::string control_group_;
    std::optional<kernel::CgroupDir> origin_;
};

TEST_F(SystemdScope, TheRunnerIsMovedIntoItsScope)
{
    sd::FakeManager manager(systemd());
    const auto scope = acquire_delegated_scope(id_, connect(manager));
    ASSERT_TRUE(scope) << scope.error().message;
    EXPECT_EQ(scope->dir.path(), home().path() + "/" + id_.scope_name());
    EXPECT_EQ(kernel::own_cgroup().value(), control_group_ + "/" + id_.scope_name());
    ASSERT_EQ(manager.calls().size(), 1U);
    const Properties properties = manager.calls()[0].properties;
    EXPECT_NE(properties.at("PIDs"), "[" + std::to_string(::getpid()) + "]") << "the stand-in goes first";
    EXPECT_EQ(scope->dir.processes().value(), std::vector<int>{::getpid()}) << "and is gone";
    EXPECT_EQ(properties.at("Delegate"), "true");
    EXPECT_EQ(properties.at("TasksMax"), "18446744073709551615");
    EXPECT_FALSE(properties.contains("Slice"));
}

TEST_F(SystemdScope, AManagerThatOnlySaysSoIsNotBelieved)
{
    sd::FakeManager manager;
    const auto scope = acquire_delegated_scope(id_, connect(manager));
    ASSERT_FALSE(scope);
    EXPECT_TRUE(scope.error().message.starts_with("move pid ")) << scope.error().message;
    EXPECT_TRUE(scope.error().message.contains(" to " + id_.scope_name() + ": ")) << scope.error().message;
}

TEST_F(SystemdScope, AFailedUnitOfOurNameIsLetGoAndTriedOnceMore)
{
    sd::FakeManager manager({.job_result = "failed"});
    const auto scope = acquire_delegated_scope(id_, connect(manager));
    ASSERT_FALSE(scope);
    EXPECT_EQ(scope.error().message, "start unit '" + id_.scope_name() + "': job ended as failed");
    const std::string start = "StartTransientUnit " + id_.scope_name();
    EXPECT_EQ(manager.call_texts(), (Texts{start, "ResetFailedUnit " + id_.scope_name(), start}));
}

TEST_F(SystemdScope, ATestLivesInAScopeOfTheSlice)
{
    sd::FakeManager systemd_here(systemd());
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    const SystemdManager& rung = **manager;
    EXPECT_EQ(rung.describe(), "rung 2: a scope for every test in " + id_.slice_name() + " (user manager)");
    EXPECT_EQ(rung.slice().path(), home().path() + "/" + id_.slice_name());
    EXPECT_EQ(systemd_here.calls().back().properties.at("BindsTo"), "[" + id_.scope_name() + "]");

    auto scope = (*manager)->create("t-1").value();
    EXPECT_TRUE(rung.place(scope).stay);
    EXPECT_FALSE(rung.place(scope).cgroup);
    EXPECT_EQ(scope.path, unit("t-1"));
    // Held like hutch-init, it forks when it is let go.
    test::Script script(rung.place(scope), "kill -STOP $$; sleep 60 & sleep 60 & wait");
    const auto enforced = admit(**manager, scope, script.pid());
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ(scope.path, rung.slice().path() + "/" + unit("t-1"));
    EXPECT_EQ(kernel::cgroup_of(script.pid()).value(), control_group_ + "/" + id_.slice_name() + "/" + unit("t-1"));
    const Properties properties = systemd_here.calls().back().properties;
    EXPECT_EQ(properties.at("Slice"), id_.slice_name());
    EXPECT_EQ(properties.at("PIDs"), "[" + std::to_string(script.pid()) + "]");

    // The shell stands for hutch-init: it does not count.
    EXPECT_EQ(rung.members(scope).value(), std::vector<int>{});
    EXPECT_TRUE(rung.populated(scope).value());
    EXPECT_TRUE(test::eventually([&] { return kernel::process_stat(script.pid())->state == 'T'; }));
    ASSERT_TRUE(kernel::send_signal(script.pidfd(), SIGCONT));
    EXPECT_TRUE(test::eventually([&] { return rung.members(scope).value().size() == 2; }));
    ASSERT_TRUE((*manager)->kill(scope));
    EXPECT_EQ(script.end()->signal, SIGKILL);
    EXPECT_TRUE(test::eventually([&] { return !rung.populated(scope).value(); }));
    ASSERT_TRUE((*manager)->remove(scope));
}

TEST_F(SystemdScope, FiguresOutliveTheCgroup)
{
    sd::FakeManager systemd_here(systemd());
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    auto scope = (*manager)->create("t-1").value();
    test::Script script((*manager)->place(scope), "while :; do :; done");
    ASSERT_TRUE(admit(**manager, scope, script.pid()));
    EXPECT_TRUE(test::eventually([&] { return (*manager)->sample(scope).cpu_usec.value_or(0) > 1000; }));
    ASSERT_TRUE((*manager)->kill(scope));
    ASSERT_TRUE(script.end());
    // As systemd does, but sooner.
    ASSERT_TRUE(test::eventually([&] { return (*manager)->slice().remove_child(unit("t-1")).has_value(); }));
    EXPECT_FALSE((*manager)->populated(scope).value());
    EXPECT_TRUE((*manager)->members(scope).value().empty());
    EXPECT_TRUE((*manager)->kill(scope));
    Evidence evidence;
    (*manager)->collect(scope, evidence);
    EXPECT_GT(evidence.usage.cpu_usec.value_or(0), 1000U);
    EXPECT_EQ(scope.last_usage->cpu_usec, evidence.usage.cpu_usec);
    EXPECT_TRUE((*manager)->remove(scope));
}

TEST_F(SystemdScope, AScopeThatSystemdRefusesIsNotAdmitted)
{
    sd::Behaviour behaviour = systemd();
    behaviour.existing_units.insert(unit("t-1"));
    sd::FakeManager systemd_here(std::move(behaviour));
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    auto scope = (*manager)->create("t-1").value();
    test::Script script((*manager)->place(scope), "sleep 60");
    const auto refused = admit(**manager, scope, script.pid());
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.ends_with("(org.freedesktop.systemd1.UnitExists)")) << refused.error().message;
    EXPECT_TRUE((*manager)->populated(scope).value());
    ASSERT_TRUE((*manager)->kill(scope)); // it is not in the scope, but it is ours
    EXPECT_EQ(script.end()->signal, SIGKILL);
    EXPECT_FALSE((*manager)->populated(scope).value());
    EXPECT_TRUE((*manager)->remove(scope));
}

TEST_F(SystemdScope, AnAdmissionThatIsCalledOffIsNeverAnswered)
{
    sd::FakeManager systemd_here(systemd());
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    {
        auto scope = (*manager)->create("t-1").value();
        test::Script script((*manager)->place(scope), "sleep 60");
        (*manager)->admit(scope, script.pid(), {}, [](Result<Enforced>) { FAIL() << "answered after remove()"; });
        ASSERT_TRUE((*manager)->kill(scope));
        ASSERT_TRUE(script.end());
        ASSERT_TRUE((*manager)->remove(scope));
    }
    const auto end = loop_.after(std::chrono::milliseconds(50), [&] { loop_.stop(); });
    ASSERT_TRUE(loop_.run());
}

TEST_F(SystemdScope, AProcessThatCannotBeKilledIsNotRemoved)
{
    sd::FakeManager systemd_here(systemd());
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    auto scope = (*manager)->create("t-1").value();
    test::Script script((*manager)->place(scope), "sleep 60");
    ASSERT_TRUE(admit(**manager, scope, script.pid()));
    const auto removed = (*manager)->remove(scope);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().message, "remove " + scope.path + ": there are processes left in it");
}

TEST_F(SystemdScope, AllAreFrozenAndKilledBySlice)
{
    sd::FakeManager systemd_here(systemd());
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    auto one = (*manager)->create("t-1").value();
    auto two = (*manager)->create("t-2").value();
    test::Script first((*manager)->place(one), "while :; do :; done"), second((*manager)->place(two), "sleep 60");
    ASSERT_TRUE(admit(**manager, one, first.pid()));
    ASSERT_TRUE(admit(**manager, two, second.pid()));
    ASSERT_TRUE((*manager)->freeze_all(true));
    EXPECT_TRUE(
        test::eventually([&] { return one.dir->read("cgroup.events")->find("frozen 1") != std::string::npos; }));
    (*manager)->kill_all();
    EXPECT_EQ(first.end()->signal, SIGKILL);
    EXPECT_EQ(second.end()->signal, SIGKILL);
}

TEST_F(SystemdScope, ClosingStopsTheSlice)
{
    sd::Behaviour behaviour = systemd();
    behaviour.existing_units.clear();
    sd::FakeManager systemd_here(std::move(behaviour));
    auto manager = open(systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    const auto left = (*manager)->close();
    ASSERT_FALSE(left); // this systemd has no such unit, and so removes nothing
    EXPECT_EQ(left.error().message, "stop " + id_.slice_name() + ": its cgroup is still there");
    EXPECT_EQ(systemd_here.call_texts().back(), "StopUnit " + id_.slice_name());
    ASSERT_TRUE(home().remove_child(id_.slice_name()));
    EXPECT_TRUE((*manager)->close());
}

TEST_F(SystemdScope, WithoutItsBusARunningTestGoesOnAndALaterOneIsAnError)
{
    std::optional<sd::FakeManager> systemd_here(systemd());
    auto manager = open(*systemd_here);
    ASSERT_TRUE(manager) << manager.error().message;
    auto running = (*manager)->create("t-1").value();
    auto later = (*manager)->create("t-2").value();
    test::Script first((*manager)->place(running), "sleep 60"), second((*manager)->place(later), "sleep 60");
    ASSERT_TRUE(admit(**manager, running, first.pid()));
    systemd_here.reset();
    const auto refused = admit(**manager, later, second.pid());
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.starts_with("start unit '" + unit("t-2"))) << refused.error().message;
    EXPECT_TRUE((*manager)->populated(running).value());
    ASSERT_TRUE((*manager)->kill(running));
    EXPECT_EQ(first.end()->signal, SIGKILL);
    EXPECT_TRUE(test::eventually([&] { return !(*manager)->populated(running).value(); }));
    Evidence evidence;
    (*manager)->collect(running, evidence);
    EXPECT_TRUE(evidence.usage.cpu_usec);
    EXPECT_TRUE((*manager)->remove(running));
    EXPECT_FALSE((*manager)->close()) << "nobody stops the slice";
}

TEST_F(SystemdScope, AManagerTellsWhatItCanHandOn)
{
    sd::FakeManager manager({.control_group = [this](const std::string&) { return control_group_; }});
    const auto facts = ask_manager(sd::Bus::peer(manager.take_socket(), sd::Instance::user).value());
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->version, "252.39-1~fake");
    EXPECT_EQ(facts->control_group, control_group_);
    const std::string controllers = home().read("cgroup.controllers").value();
    EXPECT_EQ(facts->controllers.empty(), base::trim(controllers).empty());
}

} // namespace
} // namespace hutch::scope

// Rungs 3 and 4 on a real hierarchy, from choosing to taking down.
#include <fcntl.h>
#include <poll.h>

#include <algorithm>

#include "core/scope_support.h"
#include "core/test_cgroup.h"
#include "kernel/process.h"
#include "scope/home.h"
#include "scope/ladder.h"

namespace hutch::scope {
namespace {

using test::admit_now;
using test::eventually;
using test::Script;

class CgroupfsManagerTest : public test::CgroupTest {
  protected:
    void SetUp() override
    {
        CgroupTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        auto chosen =
            choose({.choice = CgroupChoice::cgroupfs}, own_run_id().value(), loop_, [this](const WardenPlan& plan) {
                seen_.emplace_back(plan);
                r_was_there_ = find_home()->dir.has(own_run_id()->node_name().c_str());
                return Result<void>();
            });
        ASSERT_TRUE(chosen) << chosen.error().message;
        chosen_ = std::move(*chosen);
    }
    void TearDown() override
    {
        if (chosen_.manager) {
            manager().kill_all();
            const auto closed = manager().close();
            EXPECT_TRUE(closed) << closed.error().message;
            EXPECT_FALSE(find_home()->dir.has(own_run_id()->node_name().c_str()));
        }
        CgroupTest::TearDown();
    }
    ScopeManager& manager() { return *chosen_.manager; }
    Scope create(const char* name)
    {
        auto scope = manager().create(name);
        EXPECT_TRUE(scope) << scope.error().message;
        return std::move(*scope);
    }
    bool becomes_empty(const Scope& scope)
    {
        return eventually([&] { return manager().populated(scope) == false; });
    }

    sd::EventLoop loop_ = sd::EventLoop::open().value();
    std::vector<WardenPlan> seen_;
    bool r_was_there_ = true; ///< when the warden was to be started
    Chosen chosen_;
};

TEST_F(CgroupfsManagerTest, the_rung_is_found_by_doing)
{
    EXPECT_TRUE(manager().rung() == 3 || manager().rung() == 4) << manager().describe();
    ASSERT_FALSE(chosen_.attempts.empty());
    EXPECT_TRUE(chosen_.attempts.back().taken);
    EXPECT_EQ(chosen_.attempts.back().rung, manager().rung());
    EXPECT_EQ(manager().capabilities().size(), resource_count);
    for (const Capability& capability : manager().capabilities()) {
        EXPECT_FALSE(capability.found_by.empty()) << to_string(capability.resource);
    }
}

TEST_F(CgroupfsManagerTest, the_warden_is_there_before_the_node)
{
    EXPECT_TRUE(chosen_.warden);
    ASSERT_EQ(seen_.size(), 1u);
    EXPECT_EQ(seen_[0].node, own_run_id()->node_name());
    EXPECT_EQ(seen_[0].runner_leaf, "runner") << "in case that the runner moves there";
    EXPECT_FALSE(seen_[0].cgroup) << "born where the runner is";
    EXPECT_FALSE(r_was_there_);
    EXPECT_TRUE(find_home()->dir.has(own_run_id()->node_name().c_str()));
}

using LadderTest = test::CgroupTest;

TEST_F(LadderTest, a_rung_without_its_warden_does_not_hold)
{
    auto loop = sd::EventLoop::open().value();
    const auto refuse = [](const WardenPlan&) { return plain_error("no process left"); };
    const auto chosen = choose({.choice = CgroupChoice::cgroupfs}, own_run_id().value(), loop, refuse);
    ASSERT_FALSE(chosen);
    EXPECT_FALSE(find_home()->dir.has(own_run_id()->node_name().c_str()));
}

TEST_F(CgroupfsManagerTest, life_of_one_attempt)
{
    Scope scope = create("t-1");
    EXPECT_EQ(manager().populated(scope), false);
    Script test(manager().place(scope), "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 600");
    Limits limits;
    limits.cpu_time = {.value = std::chrono::seconds(60), .origin = Origin::asked};
    limits.pids_max = {.value = 20, .origin = Origin::profile};
    const auto enforced = admit_now(manager(), scope, test.pid(), limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ((*enforced)[Resource::cpu_time], Enforcer::watchdog);
    EXPECT_EQ((*enforced)[Resource::pids], manager().capabilities()[static_cast<std::size_t>(Resource::pids)].enforcer);
    EXPECT_EQ(manager().populated(scope), true);
    EXPECT_TRUE(eventually([&] { return manager().members(scope)->size() == 2; }));
    const Sample sample = manager().sample(scope);
    EXPECT_EQ(sample.processes, 2u);
    EXPECT_GT(sample.memory_bytes.value_or(0), 0u);
    EXPECT_GT(sample.cpu_usec.value_or(0), 0u);
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(test.end()->signal, SIGKILL);
    EXPECT_TRUE(becomes_empty(scope));
    Evidence evidence;
    manager().collect(scope, evidence);
    EXPECT_GT(evidence.usage.cpu_usec.value_or(0), 0u);
    EXPECT_GT(evidence.usage.memory_peak.value_or(0), 0u);
    EXPECT_EQ(evidence.usage.pids_peak, 2u);
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(CgroupfsManagerTest, limits_may_be_in_force_before_there_is_a_process)
{
    Scope scope = create("t-1");
    Limits limits;
    limits.pids_max = {.value = 20, .origin = Origin::asked};
    ASSERT_TRUE(manager().admits_empty(limits));
    const auto enforced = admit_now(manager(), scope, 0, limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    Script test(manager().place(scope), "exec sleep 600");
    EXPECT_TRUE(eventually([&] { return manager().members(scope)->size() == 1; }));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(test.end()->signal, SIGKILL);
    EXPECT_TRUE(becomes_empty(scope));
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(CgroupfsManagerTest, not_those_that_would_slow_or_stop_a_birth)
{
    const auto by_cgroup = [&](Resource resource) {
        return manager().capabilities()[static_cast<std::size_t>(resource)].enforcer == Enforcer::cgroup;
    };
    Limits memory, cpus, whole_cpus, io;
    memory.memory_max = {.value = Bytes{4} << 20, .origin = Origin::asked};
    cpus.cpus = {.value = 0.5, .origin = Origin::asked};
    whole_cpus.cpus = {.value = 1, .origin = Origin::profile};
    io.io = {.value = {{.path = "/", .riops = 1}}, .origin = Origin::asked};
    EXPECT_EQ(manager().admits_empty(memory), !by_cgroup(Resource::memory));
    EXPECT_EQ(manager().admits_empty(cpus), !by_cgroup(Resource::cpu));
    EXPECT_EQ(manager().admits_empty(io), !by_cgroup(Resource::io));
    EXPECT_TRUE(manager().admits_empty(whole_cpus));
    EXPECT_TRUE(manager().admits_empty({}));
}

TEST_F(CgroupfsManagerTest, what_daemonises_is_still_a_member)
{
    Scope scope = create("t-1");
    Script test(manager().place(scope), "sleep 600 & setsid sleep 600 & setsid sh -c 'sleep 600 & exit 0' & "
                                        "sh -c 'kill -STOP $$' & exit 0");
    ASSERT_TRUE(admit_now(manager(), scope, test.pid()));
    EXPECT_EQ(test.end()->code, 0);
    EXPECT_TRUE(eventually([&] { return manager().members(scope)->size() == 4; }));
    EXPECT_FALSE(manager().remove(scope)) << "removed with processes in it";
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_TRUE(becomes_empty(scope));
    EXPECT_TRUE(manager().members(scope)->empty());
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(CgroupfsManagerTest, notification_of_the_end)
{
    Scope scope = create("t-1");
    Script test(manager().place(scope), "exec sleep 600");
    ASSERT_TRUE(admit_now(manager(), scope, test.pid()));
    EXPECT_EQ(manager().populated(scope), true);
    pollfd events = {.fd = manager().events_fd(scope)->get(), .events = POLLPRI, .revents = 0};
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(poll(&events, 1, 5000), 1);
    EXPECT_TRUE(becomes_empty(scope));
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(CgroupfsManagerTest, cgroups_of_the_tests_own_go_with_it)
{
    Scope scope = create("t-1");
    Script test(manager().place(scope), "cd '" + scope.path +
                                            "' && mkdir -p a/b/c d && echo 0 > a/b/c/cgroup.procs && "
                                            "chmod 000 a/b/c/* a/b/c a/b a d; exec sleep 600");
    ASSERT_TRUE(admit_now(manager(), scope, test.pid()));
    EXPECT_TRUE(eventually([&] {
        return scope.dir->processes()->empty() && *manager().members(scope) == std::vector{test.pid()} &&
               kernel::process_name(test.pid()) == "sleep";
    }));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_TRUE(becomes_empty(scope));
    const auto removed = manager().remove(scope);
    EXPECT_TRUE(removed) << removed.error().message;
}

TEST_F(CgroupfsManagerTest, a_name_serves_one_attempt)
{
    Scope scope = create("t-1");
    EXPECT_EQ(manager().create("t-1").error().code, EEXIST);
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(CgroupfsManagerTest, after_kill_all_new_scopes_bear_children)
{
    Scope first = create("t-1");
    Script killed(manager().place(first), "exec sleep 600");
    manager().kill_all();
    manager().kill_all();
    EXPECT_EQ(killed.end()->signal, SIGKILL);
    EXPECT_TRUE(becomes_empty(first));
    EXPECT_TRUE(manager().remove(first));
    Scope second = create("t-2");
    Script lives(manager().place(second), "exit 7");
    EXPECT_EQ(lives.end()->code, 7);
    EXPECT_TRUE(manager().remove(second));
}

TEST_F(CgroupfsManagerTest, freezing_stops_all)
{
    Scope scope = create("t-1");
    Script test(manager().place(scope), "while :; do :; done");
    ASSERT_TRUE(admit_now(manager(), scope, test.pid()));
    ASSERT_TRUE(manager().freeze_all(true));
    EXPECT_TRUE(eventually([&] { return scope.dir->read("cgroup.events")->find("frozen 1") != std::string::npos; }));
    EXPECT_TRUE(manager().freeze_all(false));
    EXPECT_TRUE(eventually([&] { return scope.dir->read("cgroup.events")->find("frozen 0") != std::string::npos; }));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_TRUE(becomes_empty(scope));
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(LadderTest, inside_of_a_test_no_manager_is_asked_and_the_last_rung_holds)
{
    auto loop = sd::EventLoop::open().value();
    const auto refuse = [](const WardenPlan&) { return plain_error("no process left"); };
    const auto chosen = choose({.inside_a_test = true}, own_run_id().value(), loop, refuse);
    ASSERT_TRUE(chosen) << chosen.error().message;
    ASSERT_EQ(chosen->attempts.size(), 3u);
    EXPECT_EQ(chosen->attempts[0].rung, 1);
    EXPECT_NE(chosen->attempts[0].why.find("HUTCH=1"), std::string::npos) << chosen->attempts[0].why;
    EXPECT_EQ(chosen->attempts[1].why, "no process left");
    EXPECT_EQ(chosen->manager->rung(), 5);
    EXPECT_FALSE(chosen->warden);
}

/// Chooses in a child that sits in `home`, which was killed once, and reports by its exit code.
int choose_in(const kernel::CgroupDir& home)
{
    if (!home.write("cgroup.procs", "0")) {
        return 1;
    }
    auto loop = sd::EventLoop::open().value();
    int wardens = 0;
    auto chosen = choose({.choice = CgroupChoice::cgroupfs}, own_run_id().value(), loop, [&](const WardenPlan&) {
        ++wardens;
        return Result<void>();
    });
    if (!chosen || chosen->manager->rung() < 3 || wardens != 1) {
        return 2;
    }
    Scope scope = chosen->manager->create("t-1").value();
    Script test(chosen->manager->place(scope), "exit 7");
    const bool lived = test.end()->code == 7;
    const bool removed = chosen->manager->remove(scope).has_value() && chosen->manager->close().has_value();
    if (!lived || !removed || !home.children().empty()) {
        return 3;
    }
    // Back where it came from: nothing of the run is left, and we are in `home` again.
    return home.processes()->size() == 1 ? 0 : 4;
}

TEST_F(CgroupfsManagerTest, a_home_that_was_killed_once_is_left_for_a_fresh_leaf)
{
    ASSERT_TRUE(home().kill());
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        _exit(choose_in(home()));
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace hutch::scope

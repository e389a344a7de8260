// Rung 5 with real processes; `sh` takes the place of hutch-init: it stays, and what it started is below it.
#include <algorithm>

#include "core/scope_support.h"
#include "kernel/process.h"
#include "scope/ladder.h"
#include "scope/tree_manager.h"

namespace hutch::scope {
namespace {

using test::admit_now;
using test::eventually;
using test::Script;

class TreeManagerTest : public ::testing::Test {
  protected:
    TreeManagerTest()
    {
        auto chosen = choose({.choice = CgroupChoice::none}, own_run_id().value(), loop_,
                             [](const WardenPlan&) { return plain_error("there is nothing to guard"); });
        EXPECT_TRUE(chosen) << chosen.error().message;
        chosen_ = std::move(*chosen);
    }
    ScopeManager& manager() { return *chosen_.manager; }
    std::size_t count(const Scope& scope) { return manager().members(scope)->size(); }

    sd::EventLoop loop_ = sd::EventLoop::open().value();
    Chosen chosen_;
};

TEST_F(TreeManagerTest, the_last_rung_always_holds)
{
    EXPECT_EQ(manager().rung(), 5);
    EXPECT_FALSE(chosen_.warden);
    ASSERT_EQ(chosen_.attempts.size(), 1u);
    EXPECT_FALSE(chosen_.attempts[0].why.empty());
    const auto& capabilities = manager().capabilities();
    EXPECT_EQ(capabilities[static_cast<std::size_t>(Resource::memory)].enforcer, Enforcer::watchdog);
    EXPECT_EQ(capabilities[static_cast<std::size_t>(Resource::io)].enforcer, Enforcer::none);
    EXPECT_EQ(capabilities[static_cast<std::size_t>(Resource::io)].found_by, "--cgroup-manager=none");
}

TEST_F(TreeManagerTest, life_of_one_attempt)
{
    Scope scope = manager().create("t-1").value();
    EXPECT_TRUE(manager().place(scope).stay);
    EXPECT_FALSE(manager().place(scope).cgroup);
    EXPECT_TRUE(manager().members(scope)->empty()) << "before admission";
    Script init({}, "sleep 600 & sh -c 'sleep 600 & sleep 600 & wait' & wait; exit 0");
    Limits limits;
    limits.memory_max = {.value = 1 << 20, .origin = Origin::profile};
    const auto enforced = admit_now(manager(), scope, init.pid(), limits);
    ASSERT_TRUE(enforced) << enforced.error().message;
    EXPECT_EQ((*enforced)[Resource::memory], Enforcer::watchdog);
    EXPECT_TRUE(eventually([&] { return count(scope) == 4; }));
    EXPECT_EQ(std::ranges::count(*manager().members(scope), init.pid()), 0);
    const Sample sample = manager().sample(scope);
    EXPECT_EQ(sample.processes, 4u);
    EXPECT_GT(sample.memory_bytes.value_or(0), 0u);
    EXPECT_TRUE(sample.cpu_usec);
    EXPECT_EQ(manager().populated(scope), true);
    EXPECT_FALSE(manager().remove(scope));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(init.end()->code, 0) << "the first kill spares hutch-init";
    EXPECT_EQ(manager().populated(scope), false);
    Evidence evidence;
    evidence.usage.cpu_usec = 5;
    manager().collect(scope, evidence);
    EXPECT_EQ(evidence.usage.cpu_usec, 5u) << "what hutch-init said is kept";
    EXPECT_EQ(evidence.usage.pids_peak, 4u);
    EXPECT_TRUE(evidence.usage.memory_peak_sampled);
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(TreeManagerTest, the_second_kill_takes_init_along)
{
    Scope scope = manager().create("t-1").value();
    Script init({}, "trap '' TERM; while :; do sleep 600; done");
    ASSERT_TRUE(admit_now(manager(), scope, init.pid()));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(manager().populated(scope), true);
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_EQ(init.end()->signal, SIGKILL);
    EXPECT_EQ(manager().populated(scope), false);
    EXPECT_TRUE(manager().kill(scope)) << "idempotent";
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(TreeManagerTest, zombies_are_no_members)
{
    Scope scope = manager().create("t-1").value();
    Script init({}, "sleep 0 & exec sleep 600"); // the exec'ed sleep never waits for the other
    ASSERT_TRUE(admit_now(manager(), scope, init.pid()));
    EXPECT_TRUE(eventually([&] { return kernel::children_of(init.pid()).size() == 1 && count(scope) == 0; }));
}

TEST_F(TreeManagerTest, freezing_stops_the_trees)
{
    Scope scope = manager().create("t-1").value();
    Script init({}, "sh -c 'while :; do :; done' & wait");
    ASSERT_TRUE(admit_now(manager(), scope, init.pid()));
    ASSERT_TRUE(eventually([&] { return count(scope) == 1; }));
    const int spinner = manager().members(scope)->front();
    const auto state = [&] { return kernel::process_stat(spinner)->state; };
    EXPECT_TRUE(manager().freeze_all(true));
    EXPECT_TRUE(eventually([&] { return state() == 'T'; }));
    EXPECT_TRUE(manager().freeze_all(false));
    EXPECT_TRUE(eventually([&] { return state() == 'R'; }));
    manager().kill_all();
    EXPECT_TRUE(init.end());
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(TreeManagerTest, a_family_that_keeps_forking_is_caught)
{
    Scope scope = manager().create("t-1").value();
    Script init({}, "sh -c 'leap() { [ $1 -lt 400 ] && { leap $(($1+1)) & }; sleep 0.01; }; leap 0; wait' & wait");
    ASSERT_TRUE(admit_now(manager(), scope, init.pid()));
    EXPECT_TRUE(eventually([&] { return count(scope) > 3; }));
    EXPECT_TRUE(manager().kill(scope));
    EXPECT_TRUE(eventually([&] { return count(scope) == 0; }));
    EXPECT_TRUE(init.end());
    EXPECT_TRUE(manager().remove(scope));
}

TEST_F(TreeManagerTest, a_test_that_kills_its_init_leaves_nothing)
{
    const RunId id = own_run_id().value();
    TreeManager plain(id, Namespaces{}, {});
    Scope scope = plain.create("t-1").value();
    Script init({},
                "export HUTCH_RUN_ID=" + id.text() + "; setsid sh -c 'sleep 600 & sleep 600' & sleep 0.05; kill -9 $$");
    ASSERT_TRUE(admit_now(plain, scope, init.pid()));
    Script bystander({}, "exec sleep 600"); // a child of this process, but of no run
    EXPECT_EQ(init.end()->signal, SIGKILL);
    EXPECT_EQ(plain.populated(scope), false);
    EXPECT_TRUE(eventually([&] { return kernel::descendants_of(getpid()).size() == 4; }));
    EXPECT_TRUE(plain.remove(scope));
    EXPECT_EQ(kernel::descendants_of(getpid()), std::vector{bystander.pid()});
    EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0L), 0);
}

} // namespace
} // namespace hutch::scope

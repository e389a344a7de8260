#include "scope/run_id.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hutch::scope {
namespace {

TEST(RunId, own_is_read_back_and_alive)
{
    const auto own = own_run_id();
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(own->pid, getpid());
    EXPECT_EQ(parse_run_id(own->text()), *own);
    EXPECT_TRUE(owner_alive(*own));
}

TEST(RunId, names_carry_it)
{
    const RunId id{.boot = "1f0c8a3e", .pid = 4711, .start_time = 90125};
    EXPECT_EQ(id.text(), "1f0c8a3e-4711-90125");
    EXPECT_EQ(id.node_name(), "hutch-1f0c8a3e-4711-90125");
    EXPECT_EQ(id.scope_name(), "hutch-1f0c8a3e-4711-90125.scope");
    EXPECT_EQ(id.slice_name(), "hutch-1f0c8a3e_4711_90125.slice");
    EXPECT_EQ(run_id_in_name(id.node_name()), id);
    EXPECT_EQ(run_id_in_name(id.scope_name()), id);
    EXPECT_EQ(run_id_in_name("hutch-1f0c8a3e-4711-90125-t-17.scope"), id);
}

TEST(RunId, the_slice_has_underscores)
{
    const RunId id{.boot = "1f0c8a3e", .pid = 4711, .start_time = 90125};
    EXPECT_EQ(run_id_in_name("hutch-1f0c8a3e_4711_90125.slice"), id);
    EXPECT_FALSE(run_id_in_name("hutch-1f0c8a3e-4711-90125.slice"));
}

TEST(RunId, other_names_are_nobodys)
{
    for (const char* name :
         {"", "hutch", "hutch-", "hutch-payload", "hutch.slice", "hutch-1f0c8a3e-4711", "hutch-1f0c8a3e-4711-90125-",
          "hutch-1f0c8a3e-4711-90125-t", "hutch-1f0c8a3e-4711-90125-t-x.scope", "hutch-1f0c8a3e-4711-90125-u-1.scope",
          "hutch-1f0c8a3e-4711-90125-t-1", "xhutch-1f0c8a3e-4711-90125", "hutch-1f0c8a3e-4711-90125.service",
          "hutch-core-4711", "hutch-1F0C8A3E-4711-90125"}) {
        EXPECT_FALSE(run_id_in_name(name)) << name;
    }
}

TEST(RunId, numbers_are_canonical)
{
    for (const char* text : {"1f0c8a3e-04711-90125", "1f0c8a3e-+4711-90125", "1f0c8a3e-4711-0", "1f0c8a3e-0-90125",
                             "1f0c8a3e--4711-90125", "1f0c8a3e-99999999999-90125", "1f0c8a3-4711-90125",
                             "1f0c8a3ef-4711-90125", "1f0c8a3g-4711-90125", "1f0c8a3e-4711-90125 ", "-4711-90125"}) {
        EXPECT_FALSE(parse_run_id(text)) << text;
    }
}

TEST(RunId, another_boot_is_dead)
{
    auto id = own_run_id().value();
    id.boot = id.boot == "00000000" ? "00000001" : "00000000";
    EXPECT_FALSE(owner_alive(id));
}

TEST(RunId, another_start_time_is_dead)
{
    auto id = own_run_id().value();
    ++id.start_time;
    EXPECT_FALSE(owner_alive(id));
}

TEST(RunId, a_zombie_and_a_reaped_process_are_dead)
{
    auto id = own_run_id().value();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        _exit(0);
    }
    siginfo_t ended = {};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    id.pid = child;
    EXPECT_FALSE(owner_alive(id)) << "zombie";
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    EXPECT_FALSE(owner_alive(id)) << "reaped";
}

} // namespace
} // namespace hutch::scope

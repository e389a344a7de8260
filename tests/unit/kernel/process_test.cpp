#include "kernel/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "unit/kernel/fixtures.h"

namespace hutch::kernel {
namespace {

/// Forks a child that forks the next generation and waits; all of them end with the first.
pid_t generations(int count)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (count > 1) {
            generations(count - 1);
        }
        while (true) {
            ::pause();
        }
    }
    return child;
}

TEST(Process, stat_with_a_name_that_lies)
{
    const auto stat = parse_process_stat(test::process_stat).value();
    EXPECT_EQ(stat.pid, 4711);
    EXPECT_EQ(stat.comm, "a b) c)");
    EXPECT_EQ(stat.state, 'S');
    EXPECT_EQ(stat.ppid, 4710);
    EXPECT_EQ(stat.pgrp, 4711);
    EXPECT_EQ(stat.session, 4700);
    EXPECT_EQ(stat.utime_ticks, 150U);
    EXPECT_EQ(stat.stime_ticks, 25U);
    EXPECT_EQ(stat.start_time, 987654U);
    EXPECT_TRUE(stat.executed);
    EXPECT_FALSE(stat.is_zombie());
}

TEST(ParseProcessStat, on_its_way_out_it_ends_unless_other_threads_go_on)
{
    // PF_EXITING is 4 in the field behind tpgid
    const auto with = [](std::string_view flags, std::string_view threads) {
        return parse_process_stat("7 (a) R 1 7 7 0 -1 " + std::string(flags) + " 0 0 0 0 1 1 0 0 20 0 " +
                                  std::string(threads) + " 0 99 0 0\n");
    };
    ASSERT_TRUE(with("4194560", "1"));
    EXPECT_FALSE(with("4194560", "1")->is_ending());
    EXPECT_TRUE(with("4194564", "1")->is_ending());
    EXPECT_FALSE(with("4194564", "2")->is_ending());
}

TEST(Process, a_fork_has_executed_nothing_until_it_does)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::raise(SIGSTOP);
        ::execl("/bin/sleep", "sleep", "60", nullptr);
        ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    EXPECT_FALSE(process_stat(child)->executed);
    EXPECT_EQ(process_name(child), process_name(::getpid())) << "its parent's name";
    ::kill(child, SIGCONT);
    for (int tries = 0; tries < 5000 && process_name(child) != "sleep"; ++tries) {
        ::usleep(1000);
    }
    EXPECT_TRUE(process_stat(child)->executed);
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, &status, 0), child);
}

TEST(Process, malformed_stat)
{
    for (const std::string_view bad : {"", "1", "1 (x", "1 x) S 1", "1 (x) S 1 1 1", ") 1 (", "x (y) S 1 1 1 0 -1"}) {
        EXPECT_FALSE(parse_process_stat(bad)) << bad;
    }
}

TEST(Process, statm)
{
    EXPECT_EQ(parse_statm_resident("2059 843 790 5 0 115 0\n", 4096), 843U * 4096);
    EXPECT_FALSE(parse_statm_resident("2059", 4096));
    EXPECT_FALSE(parse_statm_resident("2059 x", 4096));
    EXPECT_FALSE(parse_statm_resident("1 18446744073709551615", 4096));
    EXPECT_GT(resident_bytes(::getpid()).value(), 100000U);
}

TEST(Process, this_one)
{
    const auto stat = process_stat(::getpid());
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->pid, ::getpid());
    EXPECT_EQ(stat->ppid, ::getppid());
    EXPECT_GT(stat->start_time, 0U);
    EXPECT_EQ(process_stat(::getpid())->start_time, stat->start_time);
    EXPECT_EQ(boot_id().value().size(), 36U);
}

TEST(Process, what_is_gone_is_unset)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    EXPECT_TRUE(process_stat(child)->is_zombie());
    EXPECT_TRUE(command_line(child)->empty());
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(process_stat(child));
    EXPECT_FALSE(process_name(child));
    EXPECT_FALSE(command_line(child));
    EXPECT_FALSE(describe_process(child));
    EXPECT_FALSE(resident_bytes(child));
    EXPECT_TRUE(descendants_of(child).empty());
    EXPECT_EQ(describe_stuck(child), "pid " + std::to_string(child) + " is gone");
}

TEST(Process, command_lines_are_bounded_and_printable)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string longest(5000, '0'); // sleep(1) adds its arguments up
        ::execl("/bin/sleep", "sl\ne\x1b[31mep", "600", longest.c_str(), nullptr);
        ::_exit(127);
    }
    // In the middle of an exec the new name is there already and the command line not yet.
    for (int i = 0; i < 2000 && (process_name(child) != "sleep" || command_line(child)->empty()); ++i) {
        ::usleep(1000);
    }
    const auto leak = describe_process(child);
    const auto bounded = command_line(child, 13);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_TRUE(leak);
    EXPECT_EQ(leak->pid, child);
    EXPECT_TRUE(leak->cmdline.starts_with("sl?e?[31mep 600 000")) << leak->cmdline;
    EXPECT_EQ(leak->cmdline.size(), 256U);
    EXPECT_EQ(bounded, "sl?e?[31mep 6");
}

TEST(Process, kernel_threads_have_a_name_in_brackets)
{
    const auto kthreadd = describe_process(2);
    if (!kthreadd || kthreadd->comm != "kthreadd") {
        GTEST_SKIP() << "pid 2 is not kthreadd: in a PID namespace";
    }
    EXPECT_EQ(kthreadd->cmdline, "[kthreadd]");
}

TEST(Process, families)
{
    const pid_t child = generations(3);
    std::vector<int> family;
    for (int i = 0; i < 2000 && family.size() < 2; ++i) {
        ::usleep(1000);
        family = descendants_of(child);
    }
    const auto ours = descendants_of(::getpid());
    const auto children = children_of(child);
    const auto youngest = family.empty() ? std::nullopt : process_stat(family.back());
    const std::string stuck = describe_stuck(child);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);

    ASSERT_EQ(family.size(), 2U);
    EXPECT_EQ(children, std::vector{family[0]});
    ASSERT_TRUE(youngest);
    EXPECT_EQ(youngest->ppid, family[0]) << "parents before children";
    EXPECT_NE(std::ranges::find(ours, family[1]), ours.end());
    EXPECT_TRUE(stuck.starts_with("pid " + std::to_string(child) + " (" + *process_name(::getpid()) + ") state "))
        << stuck;
}

} // namespace
} // namespace hutch::kernel

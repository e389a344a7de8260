// Real cgroups: life, death and removal, and the kernel's habit of killing children at birth.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "core/test_cgroup.h"
#include "kernel/birth_probe.h"
#include "kernel/cgroup_files.h"
#include "kernel/clone3.h"
#include "kernel/pidfd.h"
#include "kernel/process.h"

namespace hutch::kernel {
namespace {

/// A child that has executed sleep(1): it no longer shares our memory.
int execute_sleep(void*)
{
    const char* const arguments[] = {"sleep", "600", nullptr};
    ::execve("/bin/sleep", const_cast<char**>(arguments), nullptr);
    return 127;
}

class KernelCgroup : public test::CgroupTest {
  protected:
    CloneResult sleeper_in(const CgroupDir& cgroup, bool without_clone3 = false)
    {
        auto child =
            clone_vfork(stack_, {.cgroup = cgroup.fd(), .without_clone3 = without_clone3}, execute_sleep, nullptr);
        EXPECT_TRUE(child) << child.error().message;
        return child ? std::move(*child) : CloneResult{};
    }
    std::optional<Reaped> end_of(const CloneResult& child)
    {
        auto reaped = reap_within(child.pidfd, std::chrono::seconds(5));
        EXPECT_TRUE(reaped) << reaped.error().message;
        return reaped ? *reaped : std::nullopt;
    }

    CloneStack stack_ = CloneStack::create().value();
};

/// Why the runner does not go into its unit by itself (scope/stand_in.h).
TEST_F(KernelCgroup, who_is_exiting_is_moved_nowhere_and_nobody_is_told)
{
    const auto cgroup = home().make_child("t-1").value();
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    siginfo_t info;
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    const auto events = cgroup.open_file("cgroup.events", O_RDONLY).value();
    std::array<char, 128> text;
    (void)::read(events.get(), text.data(), text.size());
    EXPECT_TRUE(cgroup.write("cgroup.procs", std::to_string(child))) << "the write succeeds";
    EXPECT_EQ(cgroup.processes().value(), std::vector<int>{});
    pollfd changed = {.fd = events.get(), .events = POLLPRI, .revents = 0};
    EXPECT_EQ(::poll(&changed, 1, 100), 0) << "it was never populated, so it does not become empty";
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(cgroup.write("cgroup.procs", std::to_string(child)).error().code, ESRCH);
}

TEST_F(KernelCgroup, life_of_one_attempt)
{
    const auto cgroup = home().make_child("t-1").value();
    EXPECT_EQ(home().make_child("t-1").error().code, EEXIST);
    EXPECT_FALSE(cgroup.populated().value());

    const auto child = sleeper_in(cgroup);
    EXPECT_TRUE(cgroup.populated().value());
    EXPECT_EQ(cgroup.processes().value(), std::vector{child.pid});
    EXPECT_EQ(cgroup_of(child.pid).value().substr(cgroup_of(child.pid).value().rfind('/')), "/t-1");
    EXPECT_EQ(home().remove_child("t-1").error().code, EBUSY);

    ASSERT_TRUE(cgroup.kill());
    const auto end = end_of(child);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status.signal, SIGKILL);
    EXPECT_FALSE(end->status.code);
    EXPECT_FALSE(cgroup.populated().value());
    EXPECT_TRUE(parse_cpu_stat(cgroup.read("cpu.stat").value()));
    EXPECT_TRUE(home().remove_tree("t-1"));

    EXPECT_FALSE(cgroup.populated()) << "a held descriptor never reads a new cgroup of the same name";
    const auto again = home().make_child("t-1").value();
    EXPECT_FALSE(cgroup.populated());
    EXPECT_FALSE(again.populated().value());
}

TEST_F(KernelCgroup, the_fallback_places_the_child_before_its_code_runs)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto child = sleeper_in(cgroup, true);
    EXPECT_FALSE(child.by_clone3);
    EXPECT_TRUE(child.pidfd.valid());
    EXPECT_EQ(cgroup.processes().value(), std::vector{child.pid});
    ASSERT_TRUE(cgroup.kill());
    EXPECT_TRUE(end_of(child));
}

TEST_F(KernelCgroup, frozen_processes_are_killed_too)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto child = sleeper_in(cgroup);
    ASSERT_TRUE(cgroup.freeze(true));
    const auto frozen_by = base::Deadline::after(std::chrono::seconds(2));
    while (!parse_cgroup_events(cgroup.read("cgroup.events").value()).value().frozen.value_or(false)) {
        ASSERT_FALSE(frozen_by.passed());
        ::usleep(1000);
    }
    ASSERT_TRUE(cgroup.kill());
    EXPECT_TRUE(end_of(child));
}

TEST_F(KernelCgroup, events_file_reports_emptiness_by_priority_poll)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto child = sleeper_in(cgroup);
    const auto events = cgroup.open_file("cgroup.events", O_RDONLY).value();
    std::array<char, 64> buffer;
    ASSERT_GT(::pread(events.get(), buffer.data(), buffer.size(), 0), 0) << "arms the notification";
    ASSERT_TRUE(cgroup.kill());
    pollfd waiting{events.get(), POLLPRI, 0};
    EXPECT_EQ(::poll(&waiting, 1, 5000), 1);
    EXPECT_TRUE(end_of(child));
    EXPECT_FALSE(cgroup.populated().value());
}

TEST_F(KernelCgroup, sees_all_processes_below)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto inner = cgroup.make_child("inner").value();
    const auto deep = inner.make_child("deep").value();
    const std::array children{sleeper_in(cgroup), sleeper_in(inner), sleeper_in(deep)};
    std::vector<int> expected;
    for (const auto& child : children) {
        expected.push_back(child.pid);
    }
    auto pids = cgroup.processes_below().value();
    std::ranges::sort(pids);
    std::ranges::sort(expected);
    EXPECT_EQ(pids, expected);
    EXPECT_EQ(cgroup.children(), std::vector<std::string>{"inner"});
    ASSERT_TRUE(cgroup.kill());
    for (const auto& child : children) {
        EXPECT_TRUE(end_of(child));
    }
}

TEST_F(KernelCgroup, removes_trees_whose_modes_were_taken_away)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto inner = cgroup.make_child("inner").value();
    ASSERT_TRUE(inner.make_child("deep"));
    ASSERT_TRUE(cgroup.make_child("beside"));
    ::fchmodat(inner.fd().get(), "deep", 0, 0);
    ::fchmod(inner.fd().get(), 0);
    ::fchmod(cgroup.fd().get(), 0);
    const auto removed = home().remove_tree("t-1");
    EXPECT_TRUE(removed) << removed.error().message;
    EXPECT_TRUE(home().children().empty());
    EXPECT_TRUE(home().remove_tree("t-1")) << "what is gone is fine";
}

TEST_F(KernelCgroup, removes_trees_that_are_deep_and_wide)
{
    auto cgroup = home().make_child("t-1").value();
    for (int i = 0; i < 100; ++i) {
        auto inner = cgroup.make_child("n");
        if (!inner) {
            break; // cgroup.max.depth of somebody above
        }
        ASSERT_TRUE(cgroup.make_child("w"));
        cgroup = std::move(*inner);
    }
    EXPECT_TRUE(home().open_child("t-1").value().processes_below().value().empty());
    const auto removed = home().remove_tree("t-1");
    EXPECT_TRUE(removed) << removed.error().message;
    EXPECT_TRUE(home().children().empty());
}

TEST_F(KernelCgroup, what_is_in_use_stays_and_is_named)
{
    const auto cgroup = home().make_child("t-1").value();
    const auto inner = cgroup.make_child("inner").value();
    ASSERT_TRUE(cgroup.make_child("free"));
    const auto child = sleeper_in(inner);
    const auto removed = home().remove_tree("t-1");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, EBUSY);
    EXPECT_NE(removed.error().message.find("remove cgroup inner of "), std::string::npos) << removed.error().message;
    EXPECT_EQ(cgroup.children(), std::vector<std::string>{"inner"});
    ASSERT_TRUE(cgroup.kill());
    EXPECT_TRUE(end_of(child));
}

TEST_F(KernelCgroup, errors_name_file_and_value)
{
    const auto written = home().write("cgroup.freeze", "perhaps");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "write cgroup.freeze 'perhaps' of " + home().path() + ": Invalid argument");
    EXPECT_EQ(home().read("memory.surprise").error().message,
              "read memory.surprise of " + home().path() + ": No such file or directory");
    EXPECT_FALSE(is_real_root(home()));
    EXPECT_FALSE(is_marked_delegated(home()));
}

// --- killed at birth -------------------------------------------------------------------------------------------

TEST_F(KernelCgroup, a_fresh_cgroup_is_always_safe)
{
    for (int i = 0; i < 20; ++i) { // the same name each time, killed each time
        const auto cgroup = home().make_child("t-1").value();
        EXPECT_EQ(probe_birth(stack_, cgroup).value(), Birth::lives) << "round " << i;
        const auto child = sleeper_in(cgroup);
        ASSERT_TRUE(cgroup.kill());
        ASSERT_TRUE(end_of(child));
        ASSERT_TRUE(home().remove_tree("t-1"));
    }
}

/// Records what this kernel does; both answers are right, for hutch never uses a cgroup twice.
TEST_F(KernelCgroup, whether_a_killed_cgroup_may_be_used_again)
{
    const auto cgroup = home().make_child("t-1").value();
    ASSERT_EQ(probe_birth(stack_, cgroup).value(), Birth::lives);
    ASSERT_TRUE(cgroup.kill()); // nobody is in it: the write alone counts
    const Birth reused = probe_birth(stack_, cgroup).value();

    const auto above = home().make_child("above").value();
    const auto leaf = above.make_child("leaf").value();
    ASSERT_TRUE(above.kill());
    const Birth below_killed = probe_birth(stack_, leaf).value();
    const auto later = above.make_child("later").value();
    const Birth made_later = probe_birth(stack_, later).value();

    const auto word = [](Birth birth) { return birth == Birth::lives ? "lives" : "killed at birth"; };
    std::cout << "child of a cgroup that was killed: " << word(reused)
              << "; whose parent was killed: " << word(below_killed) << "; made after that: " << word(made_later)
              << '\n';
    RecordProperty("reuse_safe", reused == Birth::lives ? "yes" : "no");
    EXPECT_EQ(reused, below_killed);
    EXPECT_EQ(made_later, Birth::lives);
}

/// As before, from the other side: a child process of ours moves into a cgroup that was killed and clones from there.
TEST_F(KernelCgroup, whether_a_runner_in_a_killed_cgroup_may_clone)
{
    const auto poisoned = home().make_child("poisoned").value();
    const auto fresh = home().make_child("fresh").value();
    const auto leaf = home().make_child("leaf").value();
    ASSERT_TRUE(poisoned.kill());
    const pid_t runner = ::fork();
    if (runner == 0) {
        const auto in_poisoned = poisoned.write("cgroup.procs", "0") ? probe_birth(stack_, fresh) : plain_error("");
        const auto in_leaf = leaf.write("cgroup.procs", "0") ? probe_birth(stack_, fresh) : plain_error("");
        ::_exit(!in_poisoned || !in_leaf
                    ? 9
                    : (*in_poisoned == Birth::killed ? 1 : 0) + (*in_leaf == Birth::killed ? 2 : 0));
    }
    int status = -1;
    ASSERT_EQ(::waitpid(runner, &status, 0), runner);
    ASSERT_TRUE(WIFEXITED(status));
    std::cout << "a runner in a killed cgroup: its children "
              << (WEXITSTATUS(status) == 1 ? "are killed at birth" : "live") << '\n';
    EXPECT_LT(WEXITSTATUS(status), 2) << "from a fresh leaf it must work on every kernel";
}

} // namespace
} // namespace hutch::kernel

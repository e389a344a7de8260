// The warden against real cgroups: what it clears when the runner is gone, how soon, and that it does nothing
// otherwise.
#include "spawn/warden.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <random>
#include <thread>

#include "core/test_cgroup.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

constexpr auto promised = std::chrono::seconds(1);

class WardenOfARun : public test::CgroupTest {
  protected:
    void SetUp() override
    {
        test::CgroupTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        init_.emplace(InitProgram::open().value());
        null_ = base::open_file("/dev/null", O_RDWR).value();
        run_.emplace(home().make_child("run").value());
        tests_.emplace(run_->make_child("tests").value());
    }

    WardenPlan plan() const
    {
        WardenPlan plan;
        plan.dir = home().fd();
        plan.node = "run";
        plan.tests_name = "tests";
        plan.runner_leaf = "runner";
        return plan;
    }

    /// As where a manager removes R.
    WardenPlan plan_within_the_run() const
    {
        WardenPlan within = plan();
        within.dir = run_->fd();
        within.node.reset();
        return within;
    }

    Held start_test(const kernel::CgroupDir& cgroup, const std::string& script)
    {
        auto held = spawn_held(*init_, {.program = "/bin/sh",
                                        .argv = {"sh", "-c", script},
                                        .env = {"PATH=/usr/bin:/bin"},
                                        .streams = {null_, null_, null_},
                                        .cgroup = cgroup.fd()});
        EXPECT_TRUE(held) << held.error().message;
        EXPECT_TRUE(release(*held, {}));
        return std::move(*held);
    }

    /// As if the runner were gone: the warden's socket is closed. Then waits for the warden's end.
    ExitStatus abandon(Warden warden)
    {
        const base::UniqueFd pidfd(::dup(warden.pidfd().get()));
        {
            const Warden gone = std::move(warden);
        }
        const auto reaped = kernel::reap_within(pidfd, test_patience);
        EXPECT_TRUE(reaped && *reaped) << "the warden does not end";
        return reaped && *reaped ? (*reaped)->status : ExitStatus{};
    }

    bool run_is_gone() const { return !home().has("run"); }

    std::optional<InitProgram> init_;
    base::UniqueFd null_;
    std::optional<kernel::CgroupDir> run_, tests_;
};

TEST_F(WardenOfARun, DismissedItTouchesNothing)
{
    const auto leaf = tests_->make_child("t-1").value();
    const Held test = start_test(leaf, "sleep 60");
    Warden warden = Warden::start(*init_, plan()).value();
    const int pid = warden.pid();
    const auto dismissed = warden.dismiss();
    EXPECT_TRUE(dismissed) << dismissed.error().message;
    EXPECT_FALSE(kernel::process_stat(pid)) << "it is reaped, too";
    EXPECT_EQ(reap(test).value(), std::nullopt);
    EXPECT_TRUE(leaf.populated().value());
    ASSERT_TRUE(leaf.kill());
    ASSERT_TRUE(kernel::reap_within(test.pidfd, test_patience).value());
}

TEST_F(WardenOfARun, ClearsEverythingWithinASecond)
{
    const auto runner = run_->make_child("runner").value();
    const auto plain = tests_->make_child("t-1").value();
    const auto nested = tests_->make_child("t-2").value();
    const auto inner = nested.make_child("a").value().make_child("b").value();
    const auto stopped = tests_->make_child("t-3").value();
    const auto family = tests_->make_child("t-4").value();
    const auto frozen = tests_->make_child("t-5").value();
    (void)tests_->make_child("t-6").value(); // made ahead, never used

    const std::vector<Held> tests = [&] {
        std::vector<Held> started;
        started.push_back(start_test(plain, "trap '' TERM HUP INT; setsid sleep 60 & sleep 60"));
        started.push_back(start_test(nested, "sleep 60"));
        started.push_back(start_test(inner, "sleep 60"));
        started.push_back(start_test(stopped, "kill -STOP $$"));
        started.push_back(start_test(family,
                                     "f() { [ $1 -gt 0 ] && { f $(($1-1)) & f $(($1-1)) & }; sleep 60; }; f 5 & "
                                     "while :; do sleep 0.05 & wait; done"));
        started.push_back(start_test(frozen, "sleep 60"));
        return started;
    }();
    ASSERT_TRUE(eventually([&] { return family.processes_below().value().size() > 60; }));
    ASSERT_TRUE(frozen.freeze(true));
    ASSERT_EQ(::fchmodat(nested.fd().get(), "a", 0, 0), 0);

    Warden warden = Warden::start(*init_, plan()).value();
    const Microseconds begin = base::monotonic_now();
    EXPECT_EQ(abandon(std::move(warden)), exited_with(125));
    EXPECT_LT(base::monotonic_now() - begin, promised);
    EXPECT_TRUE(run_is_gone());
    for (const Held& test : tests) {
        EXPECT_EQ(kernel::reap_within(test.pidfd, test_patience).value()->status.signal, SIGKILL);
    }
}

/// In a process of its own: the first thread ends, another one lives on. Nothing of it ever returns.
[[noreturn]] void live_on_without_first_thread()
{
    std::thread([] {
        for (;;) {
            ::pause();
        }
    }).detach();
    ::syscall(SYS_exit, 0); // of the thread, not of the process
    ::abort();
}

TEST_F(WardenOfARun, KillsWhatCgroupKillSpares)
{
    const auto nested = tests_->make_child("t-1").value().make_child("a").value();
    const pid_t pid = ::fork();
    if (pid == 0) {
        (void)nested.write("cgroup.procs", "0");
        live_on_without_first_thread();
    }
    ASSERT_TRUE(eventually([&] {
        const auto stat = kernel::process_stat(pid);
        return stat && stat->state == 'Z' && !nested.processes().value().empty();
    }));
    for (const bool removes : {false, true}) {
        WardenPlan with = removes ? plan() : plan_within_the_run();
        with.remove_tests = removes;
        const Microseconds begin = base::monotonic_now();
        EXPECT_EQ(abandon(Warden::start(*init_, with).value()), exited_with(125));
        EXPECT_LT(base::monotonic_now() - begin, promised);
        EXPECT_FALSE(nested.populated().value_or(false));
    }
    EXPECT_TRUE(run_is_gone());
    int status = 0;
    EXPECT_TRUE(eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, promised)) << "it lives on";
    if (status == 0) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
    }
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(WardenOfARun, RemovesDeepAndWideTrees)
{
    std::optional<kernel::CgroupDir> here = tests_->make_child("t-1").value();
    for (int depth = 0; depth < 200; ++depth) {
        here = here->make_child("d").value();
    }
    const auto wide = tests_->make_child("t-2").value();
    for (int index = 0; index < 100; ++index) {
        (void)wide.make_child(std::string(200, 'x') + std::to_string(index)).value();
    }
    EXPECT_EQ(abandon(Warden::start(*init_, plan()).value()), exited_with(125));
    EXPECT_TRUE(run_is_gone());
}

TEST_F(WardenOfARun, LeavesWhatItIsNotToRemove)
{
    const auto leaf = tests_->make_child("t-1").value();
    const Held test = start_test(leaf, "sleep 60");
    WardenPlan only_kill = plan_within_the_run();
    only_kill.remove_tests = false;
    only_kill.runner_leaf.reset();
    EXPECT_EQ(abandon(Warden::start(*init_, only_kill).value()), exited_with(125));
    EXPECT_EQ(kernel::reap_within(test.pidfd, test_patience).value()->status.signal, SIGKILL);
    EXPECT_TRUE(tests_->has("t-1"));
}

TEST_F(WardenOfARun, NeedsNothingToBeThere)
{
    ASSERT_TRUE(run_->remove_child("tests"));
    EXPECT_EQ(abandon(Warden::start(*init_, plan()).value()), exited_with(125));
    EXPECT_TRUE(run_is_gone());
    EXPECT_EQ(abandon(Warden::start(*init_, plan()).value()), exited_with(125)) << "not even the run";
}

TEST_F(WardenOfARun, ClearsARunThatIsMadeAfterItsStart)
{
    ASSERT_TRUE(home().remove_tree("run"));
    Warden warden = Warden::start(*init_, plan()).value();
    run_.emplace(home().make_child("run").value());
    tests_.emplace(run_->make_child("tests").value());
    const Held test = start_test(tests_->make_child("t-1").value(), "sleep 60");
    ASSERT_EQ(::fchmodat(home().fd().get(), "run", 0, 0), 0) << "as a test could";
    EXPECT_EQ(abandon(std::move(warden)), exited_with(125));
    EXPECT_TRUE(run_is_gone());
    EXPECT_EQ(kernel::reap_within(test.pidfd, test_patience).value()->status.signal, SIGKILL);
}

TEST_F(WardenOfARun, CanLiveInALeafOfTheRun)
{
    const auto leaf = run_->make_child("warden").value();
    WardenPlan inside = plan_within_the_run(); // it cannot remove the run: it sits there
    inside.cgroup = leaf.fd();
    Warden warden = Warden::start(*init_, inside).value();
    EXPECT_EQ(leaf.processes().value(), std::vector<int>{warden.pid()});
    EXPECT_EQ(abandon(std::move(warden)), exited_with(125));
    EXPECT_FALSE(run_->has("tests"));
    EXPECT_TRUE(run_->has("warden"));
}

TEST_F(WardenOfARun, SurvivesWhatEndsARunner)
{
    Warden warden = Warden::start(*init_, plan()).value();
    const auto stat = kernel::process_stat(warden.pid());
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->session, warden.pid()) << "a session of its own: no terminal, no hang-up";
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGTSTP}) {
        ASSERT_TRUE(kernel::send_signal(warden.pidfd(), signal));
    }
    EXPECT_TRUE(eventually([&] { return kernel::process_name(warden.pid()) == "hutch-warden"; }));
    for (int fd = 0; fd < 3; ++fd) {
        const std::string link = "/proc/" + std::to_string(warden.pid()) + "/fd/" + std::to_string(fd);
        EXPECT_EQ(base::read_link(link).value(), "/dev/null") << "it must not hold the runner's streams";
    }
    EXPECT_TRUE(warden.dismiss());
}

TEST_F(WardenOfARun, DismissSaysWhenSomebodyHasKilledIt)
{
    Warden warden = Warden::start(*init_, plan()).value();
    ASSERT_TRUE(kernel::send_signal(warden.pidfd(), SIGKILL));
    ASSERT_TRUE(eventually([&] { return is_gone(warden.pid()); }));
    const auto dismissed = warden.dismiss();
    ASSERT_FALSE(dismissed);
    EXPECT_TRUE(dismissed.error().message.ends_with("was killed")) << dismissed.error().message;
}

TEST_F(WardenOfARun, RefusesNamesThatLeadElsewhere)
{
    for (const char* name : {"", "..", ".", "a/b", "/"}) {
        WardenPlan bad = plan();
        bad.tests_name = name;
        EXPECT_FALSE(Warden::start(*init_, bad)) << name;
        WardenPlan worse = plan();
        worse.node = name;
        EXPECT_FALSE(Warden::start(*init_, worse)) << name;
    }
}

/// A whole runner in a process of its own: in its leaf, with its warden, starting tests until it is killed.
class KilledRunner : public WardenOfARun {
  protected:
    [[noreturn]] void be_a_runner(int output) const
    {
        ::dup2(output, 1);
        const auto warden = Warden::start(*init_, plan()); // before we move: it must not sit in our leaf
        const auto leaf = run_->open_child("runner");
        if (!warden || !leaf || !leaf->write("cgroup.procs", "0")) {
            ::_exit(1);
        }
        (void)!::write(1, "w", 1);
        for (int serial = 0;; ++serial) {
            const auto cgroup = tests_->make_child("t-" + std::to_string(serial));
            if (!cgroup) {
                ::_exit(1);
            }
            const auto held = spawn_held(*init_, {.program = "/bin/sh",
                                                  .argv = {"sh", "-c", "setsid sleep 60 & sleep 60"},
                                                  .env = {"PATH=/usr/bin:/bin"},
                                                  .streams = {null_, null_, null_},
                                                  .cgroup = cgroup->fd()});
            if (held) {
                (void)release(*held, {});
            }
        }
    }
};

TEST_F(KilledRunner, AtAnyMomentLeavesNothingAfterASecond)
{
    std::mt19937 random(20251120); // NOLINT(*-msc51-cpp): the same moments each time
    for (int round = 0; round < 10; ++round) {
        if (round > 0) {
            run_.emplace(home().make_child("run").value());
            tests_.emplace(run_->make_child("tests").value());
        }
        (void)run_->make_child("runner").value();
        std::array<int, 2> output{};
        ASSERT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
        const base::UniqueFd read_end(output[0]);
        const pid_t runner = ::fork();
        if (runner == 0) {
            be_a_runner(output[1]);
        }
        ::close(output[1]);
        char byte = 0;
        ASSERT_EQ(::read(read_end.get(), &byte, 1), 1);
        ::usleep(static_cast<useconds_t>(random() % 20'000));
        ASSERT_EQ(::kill(runner, SIGKILL), 0);
        ASSERT_EQ(::waitpid(runner, nullptr, 0), runner);
        EXPECT_EQ(::read(read_end.get(), &byte, 1), 0) << "end-of-file for who reads the runner's output";
        EXPECT_TRUE(eventually([&] { return run_is_gone(); }, promised)) << "round " << round;
    }
}

} // namespace
} // namespace hutch::spawn

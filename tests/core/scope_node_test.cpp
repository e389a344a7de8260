// The run's node in a delegated cgroup, and a home that is emptied and filled again. Each in a child that sits in the
// cgroup.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "core/scope_support.h"
#include "core/test_cgroup.h"
#include "scope/cgroupfs_manager.h"
#include "scope/home.h"
#include "scope/run_node.h"

namespace hutch::scope {
namespace {

class NodeTest : public test::CgroupTest {
  protected:
    /// Runs `body` in a child within home(); it returns 0, or the number of the step that went wrong.
    int in_home(const std::function<int()>& body)
    {
        const pid_t child = fork();
        if (child == 0) {
            _exit(home().write("cgroup.procs", "0") ? body() : 99);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::size_t count(const char* child) { return home().open_child(child)->processes()->size(); }
};

TEST_F(NodeTest, a_delegated_scope_gets_its_layout)
{
    EXPECT_EQ(
        in_home([&] {
            auto node = RunNode::in_delegated(kernel::CgroupDir::open(home().path()).value());
            if (!node || !home().processes()->empty() || count("runner") != 1) {
                return 1;
            }
            const auto files = node->prove(kernel::CloneStack::create().value());
            if (!files || !files->cpu_stat || !files->kill) {
                return 2;
            }
            const WardenPlan plan = node->warden();
            if (!plan.cgroup || plan.node || plan.runner_leaf != "runner" || plan.tests_name != "tests") {
                return 3;
            }
            CgroupfsManager manager(std::move(*node), *files, {.number = 1, .description = "", .capabilities = {}});
            Scope scope = manager.create("t-1").value();
            test::Script test(manager.place(scope), "exit 7");
            if (test.end()->code != 7 || !manager.remove(scope)) {
                return 4;
            }
            // The manager's part: the runner's leaf goes when the runner does.
            return manager.close() && home().children() == std::vector<std::string>{"runner"} ? 0 : 5;
        }),
        0);
}

TEST_F(NodeTest, a_home_is_emptied_and_filled_again)
{
    test::Script other(Place{.cgroup = home().fd()}, "exec sleep 600");
    EXPECT_EQ(in_home([&] {
                  const Home here{
                      .dir = kernel::CgroupDir::open(home().path()).value(), .delegated = true, .found_by = ""};
                  if (!vacate(here) || !home().processes()->empty() || count(payload_name) != 2) {
                      return 1;
                  }
                  if (find_home()->dir.path() != home().path()) {
                      return 2; // from inside of the payload the home is the one around it
                  }
                  if (!vacate(here)) {
                      return 3; // by a second run
                  }
                  return refill(here) && home().children().empty() && home().processes()->size() == 2 ? 0 : 4;
              }),
              0);
}

TEST_F(NodeTest, a_home_stays_empty_while_another_run_needs_it)
{
    ASSERT_TRUE(home().make_child("hutch-00000000-1-1"));
    EXPECT_EQ(in_home([&] {
                  const Home here{
                      .dir = kernel::CgroupDir::open(home().path()).value(), .delegated = true, .found_by = ""};
                  return vacate(here) && refill(here) && count(payload_name) == 1 ? 0 : 1;
              }),
              0);
}

TEST_F(NodeTest, modes_that_were_taken_away_hide_nothing_from_an_ordinary_user)
{
    constexpr uid_t nobody = 65534;
    const auto nested = home().make_child("nested").value();
    test::Script hidden(Place{.cgroup = nested.fd()}, "exec sleep 600");
    for (const char* file : {"cgroup.procs", "cgroup.events", "."}) {
        ASSERT_EQ(fchownat(nested.fd().get(), file, nobody, nobody, 0), 0);
        ASSERT_EQ(fchmodat(nested.fd().get(), file, 0, 0), 0);
    }
    const pid_t child = fork();
    if (child == 0) {
        const bool dropped =
            setresuid(nobody, nobody, nobody) == 0 && prctl(PR_SET_DUMPABLE, 1L) == 0; // /proc/self is needed
        const auto pids = dropped ? home().processes_below() : plain_error("setresuid");
        _exit(pids && *pids == std::vector{hidden.pid()} ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST_F(NodeTest, one_runner_at_a_time_sets_up_a_home)
{
    const Home here{.dir = kernel::CgroupDir::open(home().path()).value(), .delegated = true, .found_by = ""};
    const auto first = lock_home(here);
    ASSERT_TRUE(first);
    EXPECT_EQ(lock_home(here).error().code, EWOULDBLOCK);
}

} // namespace
} // namespace hutch::scope

// Children born in cgroups, and that nothing of a hundred of them stays.
#include <array>
#include <filesystem>

#include "core/test_cgroup.h"
#include "kernel/cgroup_mount.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

using Kind = Message::Kind;

class SpawnIntoCgroup : public test::CgroupTest {
  protected:
    void SetUp() override
    {
        test::CgroupTest::SetUp();
        if (!IsSkipped() && !HasFatalFailure()) {
            init_.emplace(InitProgram::open().value());
            null_ = base::open_file("/dev/null", O_RDWR).value();
        }
    }

    Result<Held> hold_in(const kernel::CgroupDir& cgroup, const std::string& script, bool stay = false)
    {
        return spawn_held(*init_, {.program = "/bin/sh",
                                   .argv = {"sh", "-c", script},
                                   .env = {"PATH=/usr/bin:/bin"},
                                   .streams = {null_, null_, null_},
                                   .cgroup = cgroup.fd(),
                                   .stay = stay});
    }

    static std::size_t open_descriptors()
    {
        const std::filesystem::directory_iterator descriptors("/proc/self/fd");
        return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
    }

  private:
    std::optional<InitProgram> init_;
    base::UniqueFd null_;
};

TEST_F(SpawnIntoCgroup, IsBornThereAndNotMoved)
{
    const auto leaf = home().make_child("t-1").value();
    const auto held = hold_in(leaf, "exit 0");
    ASSERT_TRUE(held) << held.error().message;
    EXPECT_EQ(leaf.processes().value(), std::vector<int>{held->pid}) << "held, it is there already";
    ASSERT_TRUE(release(*held, {}));
    EXPECT_EQ(kernel::reap_within(held->pidfd, test_patience).value()->status, exited_with(0));
    EXPECT_FALSE(leaf.populated().value());
}

TEST_F(SpawnIntoCgroup, StaysThereWithItsTest)
{
    const auto leaf = home().make_child("t-1").value();
    Running child(hold_in(leaf, "exec sleep 60", true).value(), OutputPipe::open(0).value());
    ASSERT_TRUE(release(child.held, {}));
    child.executes();
    EXPECT_EQ(leaf.processes().value().size(), 2U);
    ASSERT_TRUE(finish(child.held));
    EXPECT_EQ(child.wait(), exited_with(0));
    EXPECT_FALSE(leaf.populated().value());
}

TEST_F(SpawnIntoCgroup, KilledAtBirthIsAnErrorAndLeavesNothing)
{
    const auto leaf = home().make_child("t-1").value();
    ASSERT_TRUE(leaf.kill());
    const auto held = hold_in(leaf, "exit 0");
    if (held) { // before 6.14 and the stable kernels that took the change
        ASSERT_TRUE(kernel::send_signal(held->pidfd, SIGKILL));
        ASSERT_TRUE(kernel::reap_within(held->pidfd, test_patience).value());
        GTEST_SKIP() << "this kernel does not kill at birth";
    }
    EXPECT_TRUE(held.error().message.starts_with("clone3 into a cgroup: the child was killed at birth"))
        << held.error().message;
    EXPECT_EQ(held.error().code, 0);
    EXPECT_TRUE(kernel::children_of(::getpid()).empty()) << "a zombie is left";
}

TEST_F(SpawnIntoCgroup, RemovedCgroupIsAnError)
{
    const auto leaf = home().make_child("t-1").value();
    ASSERT_TRUE(home().remove_child("t-1"));
    const auto held = hold_in(leaf, "exit 0");
    ASSERT_FALSE(held);
    EXPECT_TRUE(held.error().code == ENODEV || held.error().code == ENOENT) << held.error().message;
}

TEST_F(SpawnIntoCgroup, HundredSpawnsLeaveNoDescriptorAndNoZombie)
{
    const std::size_t before = open_descriptors();
    for (int round = 0; round < 100; ++round) {
        const std::string name = "t-" + std::to_string(round);
        const auto leaf = home().make_child(name).value();
        const auto held = hold_in(leaf, "exit 0", round % 2 == 1);
        ASSERT_TRUE(held) << held.error().message;
        ASSERT_TRUE(release(*held, {.work_dir = round % 10 == 0 ? "/no/such/place" : "/"}));
        if (held->stay) {
            ASSERT_TRUE(finish(*held));
        }
        ASSERT_TRUE(kernel::reap_within(held->pidfd, test_patience).value());
        ASSERT_TRUE(home().remove_child(name));
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_TRUE(kernel::children_of(::getpid()).empty());
}

} // namespace
} // namespace hutch::spawn

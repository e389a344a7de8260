// What is asked for is had, where the kernel knows it, and stays with the process that asked.
#include "kernel/sched_slice.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

namespace hutch::kernel {
namespace {

/// struct sched_attr, whose header cannot be had beside <sched.h>
struct Attributes {
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
};

std::uint64_t own_slice_ns()
{
    Attributes attributes{};
    return ::syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) == 0 ? attributes.runtime : 0;
}

/// In a process of its own: this one keeps its turns. 0: as it should be.
int asked_in_a_child()
{
    const bool asked = ask_for_short_turns().has_value();
    const std::uint64_t ours = own_slice_ns();
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(ours != 0 && own_slice_ns() == ours ? 1 : 0); // before 6.12 both are 0
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    return (asked ? 0 : 2) | (ours == 0 || ours == 100'000 ? 0 : 4) | (status == 0 ? 0 : 8);
}

TEST(SchedSlice, IsShortForTheAskerAndNotForItsChildren)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(asked_in_a_child());
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace hutch::kernel

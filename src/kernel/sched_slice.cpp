// See sched_slice.h. glibc 2.36 has neither the call nor its structure.
#include "kernel/sched_slice.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace hutch::kernel {

Result<void> ask_for_short_turns()
{
    constexpr std::uint64_t shortest_ns = 100'000; // the kernel takes nothing shorter
    errno = 0;
    const int nice = ::getpriority(PRIO_PROCESS, 0);
    if (nice < 0 || errno != 0) {
        return {};
    }
    sched_attr wanted{};
    wanted.size = sizeof(wanted);
    wanted.sched_policy = SCHED_NORMAL;
    wanted.sched_flags = SCHED_FLAG_RESET_ON_FORK;
    wanted.sched_nice = nice;
    wanted.sched_runtime = shortest_ns;
    if (::syscall(SYS_sched_setattr, 0, &wanted, 0) != 0) {
        return system_error("sched_setattr");
    }
    return {};
}

} // namespace hutch::kernel

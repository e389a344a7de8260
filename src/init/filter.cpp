// The seccomp filter, the last step before exec. Its listener, where it has one, goes to the runner and is closed here at once: whoever
// holds it can answer for the kernel. After the filter is loaded, only sendmsg and close are called here.
#include <linux/seccomp.h>

#include "init/syscalls.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

/// struct sock_fprog
struct FilterProgram {
    unsigned short count;
    const void* instructions;
};

} // namespace

long load_filter(const World& world, std::uint64_t flags)
{
    const FilterProgram program = {static_cast<unsigned short>(world.filter_count), world.filter};
    const long result = raw_syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, static_cast<long>(flags), as_word(&program));
    if (result < 0 || (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0) {
        return result;
    }
    const auto listener = static_cast<int>(result);
    const wire::Plain message{{wire::magic, wire::Kind::listener}};
    const long sent = send_with_fd(wire::control_fd, &message, sizeof(message), listener);
    close(listener);
    return sent < 0 ? sent : 0;
}

} // namespace hutch::init

// The seccomp filter, the last step before exec. Its listener, where it has one, goes to the runner, because whoever holds it can answer for
// the kernel: at once, or, where a hutch-init stays that shares our descriptors, when the first denied call waits (init/stay.cpp); most tests
// have none. After the filter is loaded, only sendmsg and close are called here.
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

long load_filter(World& world, std::uint64_t flags)
{
    const FilterProgram program = {static_cast<unsigned short>(world.filter_count), world.filter};
    const long result = raw_syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, static_cast<long>(flags), as_word(&program));
    if (result < 0 || (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0) {
        return result;
    }
    const auto listener = static_cast<int>(result);
    if (world.shared) {
        world.listener = listener; // close-on-exec: the test does not get it
        return 0;
    }
    const long sent = send_listener(listener);
    close(listener);
    return sent < 0 ? sent : 0;
}

long send_listener(int listener)
{
    const wire::Plain message{{wire::magic, wire::Kind::listener}};
    return send_with_fd(wire::control_fd, &message, sizeof(message), listener);
}

} // namespace hutch::init

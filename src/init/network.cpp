// The network namespace and the host name. The loopback device is brought up by one ioctl(2): no netlink.
#include <asm/errno.h>
#include <linux/sched.h>

#include "init/syscalls.h"
#include "init/text.h"
#include "init/world_steps.h"
#include "kernel/setup_wire.h"

namespace hutch::init {

namespace {

constexpr int af_unix = 1; ///< any family's socket takes this ioctl, and this one is always there
constexpr int sock_dgram = 2;
constexpr int sock_cloexec = 02000000;
constexpr int set_interface_flags = 0x8914; // SIOCSIFFLAGS
constexpr short interface_up = 1;           // IFF_UP

/// struct ifreq
struct InterfaceRequest {
    char name[16];
    short flags;
    char unused[22];
};
static_assert(sizeof(InterfaceRequest) == 40);

} // namespace

long set_host_name(const Arguments& step)
{
    return raw_syscall(__NR_sethostname, as_word(step.first), static_cast<long>(length_of(step.first)));
}

long raise_loopback()
{
    const long fd = raw_syscall(__NR_socket, af_unix, sock_dgram | sock_cloexec, 0);
    if (fd < 0) {
        return fd;
    }
    const InterfaceRequest request = {"lo", interface_up, {}};
    const long result = raw_syscall(__NR_ioctl, fd, set_interface_flags, as_word(&request));
    close(static_cast<int>(fd));
    return result;
}

long join_network()
{
    return raw_syscall(__NR_setns, kernel::wire::network_fd, CLONE_NEWNET);
}

} // namespace hutch::init

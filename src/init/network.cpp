// The network namespace and the host name. The loopback device is brought up by one ioctl(2): no netlink.
#include <asm/errno.h>
#include <linux/fcntl.h>
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

bool begins_with(const char* text, const char* end, const char* wanted)
{
    while (*wanted != '\0' && text != end && *text == *wanted) {
        ++text;
        ++wanted;
    }
    return *wanted == '\0';
}

/// By /proc/self/net/sockstat. `used` counts sockets of all families, those in TIME_WAIT excepted:
///     sockets: used 0
///     TCP: inuse 0 orphan 0 tw 0 alloc 12 mem 1
bool has_no_socket()
{
    const int fd = openat(AT_FDCWD, "/proc/self/net/sockstat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    char text[512];
    const long size = read(fd, text, sizeof(text));
    close(fd);
    const char* const end = text + (size > 0 ? size : 0);
    if (!begins_with(text, end, "sockets: used 0\n")) {
        return false;
    }
    for (const char* at = text; at != end; ++at) {
        if (begins_with(at, end, " tw 0 ")) {
            return true;
        }
    }
    return false;
}

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

/// A network that another test had: what it left behind (a connection in TIME_WAIT, a socket that it gave away) would be in the way, or
/// in the wrong hands. Then a new one is made.
long join_network(World& world)
{
    if (!world.network) {
        return 0;
    }
    const long joined = raw_syscall(__NR_setns, kernel::wire::network_fd, CLONE_NEWNET);
    if (joined < 0) {
        return joined;
    }
    world.network_is_up = has_no_socket();
    return world.network_is_up ? 0 : unshare(CLONE_NEWNET);
}

} // namespace hutch::init

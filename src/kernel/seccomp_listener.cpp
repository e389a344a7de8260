#include "kernel/seccomp_listener.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace hutch::kernel {

Result<std::optional<CallNotice>> next_notice(base::BorrowedFd listener)
{
    pollfd ready{.fd = listener.get(), .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, 0) <= 0 || (ready.revents & POLLIN) == 0) {
        return std::nullopt;
    }
    seccomp_notif notice{}; // EINVAL unless it is all zeros
    if (ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0) {
        // ENOENT: the caller was killed. EINTR: a signal of ours; poll will tell again.
        if (errno == ENOENT || errno == EINTR) {
            return std::nullopt;
        }
        return system_error("receive a seccomp notification");
    }
    CallNotice call{.id = notice.id, .pid = static_cast<int>(notice.pid), .number = notice.data.nr};
    std::copy(std::begin(notice.data.args), std::end(notice.data.args), call.arguments.begin());
    return call;
}

bool still_waits(base::BorrowedFd listener, std::uint64_t id)
{
    return ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

Result<void> refuse(base::BorrowedFd listener, std::uint64_t id, int code)
{
    seccomp_notif_resp answer{.id = id, .val = 0, .error = -code, .flags = 0};
    if (ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 && errno != ENOENT) {
        return system_error("answer a seccomp notification");
    }
    return {};
}

bool notices_are_readable()
{
    seccomp_notif_sizes sizes{};
    return syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0 &&
           sizes.seccomp_notif <= sizeof(seccomp_notif) && sizes.seccomp_notif_resp <= sizeof(seccomp_notif_resp);
}

} // namespace hutch::kernel

#include "scope/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "kernel/pidfd.h"

namespace hutch::scope {

namespace {

/// Shared with the child, which writes it where user namespaces need it: "1000 1000 1".
struct UserMap {
    std::string text;
    bool wanted = false;
};

/// Runs in our memory while we are suspended: system calls only, and nothing that a sanitizer would instrument.
__attribute__((no_sanitize("address", "undefined"))) int write_user_map(void* argument)
{
    const auto* map = static_cast<const UserMap*>(argument);
    if (!map->wanted) {
        return 0;
    }
    const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    const auto size = static_cast<long>(map->text.size());
    return fd >= 0 && syscall(SYS_write, fd, map->text.data(), size) == size ? 0 : 1;
}

/// Unset: the child lived; else why it did not.
std::optional<std::string> try_flags(const kernel::CloneStack& stack, std::uint64_t flags, bool with_map)
{
    UserMap map{.text = fmt::format("{0} {0} 1", geteuid()), .wanted = with_map};
    const auto child = kernel::clone_vfork(stack, {.flags = flags}, write_user_map, &map);
    if (!child) {
        return child.error().message;
    }
    const auto reaped = kernel::reap_within(child->pidfd, std::chrono::seconds(2));
    if (!reaped || !*reaped) {
        (void)kernel::send_signal(child->pidfd, SIGKILL);
        return reaped ? std::string("the child neither exits nor dies") : reaped.error().message;
    }
    if ((*reaped)->status.code != 0) {
        return std::string("uid_map could not be written");
    }
    return std::nullopt;
}

} // namespace

Namespaces probe_namespaces(const kernel::CloneStack& stack)
{
    const auto plain = try_flags(stack, CLONE_NEWPID, false);
    if (!plain) {
        return {.pid = true, .found_by = "a child in a PID namespace of its own lived"};
    }
    const auto with_user = try_flags(stack, CLONE_NEWUSER | CLONE_NEWPID, true);
    if (!with_user) {
        return {.pid = true, .user = true, .found_by = "a child in a user and a PID namespace of its own lived"};
    }
    return {.found_by = fmt::format("PID namespace: {}; with a user namespace: {}", *plain, *with_user)};
}

} // namespace hutch::scope

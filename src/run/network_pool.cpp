#include "run/network_pool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "kernel/pidfd.h"
#include "kernel/setup.h"

namespace hutch::run {

Result<base::UniqueFd> NetworkPool::take()
{
    if (free_.empty()) {
        return make();
    }
    base::UniqueFd network = std::move(free_.back());
    free_.pop_back();
    return network;
}

void NetworkPool::give_back(base::UniqueFd network)
{
    if (network.valid()) {
        free_.push_back(std::move(network));
    }
}

/// It is born with a process, which raises its loopback device, and stays when that has gone, because we hold it.
Result<base::UniqueFd> NetworkPool::make() const
{
    const auto image = kernel::lay_out({.init = {{.op = kernel::wire::Op::loopback, .feature = Feature::network}}});
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto null = base::open_file("/dev/null", O_RDWR | O_CLOEXEC);
    if (!null) {
        return std::unexpected(null.error());
    }
    spawn::Request request{.program = "/proc/self/exe", .argv = {"hutch-nothing"}};
    request.streams = {.in = *null, .out = *null, .err = *null};
    request.clone_flags = CLONE_NEWNET;
    request.setup = base::BorrowedFd(*image);
    const auto maker = spawn::spawn_held(init_, request);
    if (!maker) {
        return std::unexpected(maker.error());
    }
    auto network = base::open_file(fmt::format("/proc/{}/ns/net", maker->pid), O_RDONLY | O_CLOEXEC);
    if (auto released = spawn::release(*maker, {}); !released && network) {
        network = std::unexpected(released.error());
    }
    constexpr auto patience = std::chrono::seconds(5);
    const auto reaped = kernel::reap_within(maker->pidfd, patience);
    if (!reaped || !*reaped || (*reaped)->status.code != 0) {
        (void)kernel::send_signal(maker->pidfd, SIGKILL);
        (void)kernel::reap_within(maker->pidfd, patience);
        return plain_error("make a network namespace: its first process has not ended well");
    }
    return network;
}

} // namespace hutch::run

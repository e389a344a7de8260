#include "scope/members.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "kernel/pidfd.h"
#include "kernel/process.h"

namespace hutch::scope {

namespace {

Result<void> signal_one(int pid, int signal, const StillOurs& still_ours)
{
    const auto pidfd = kernel::open_pidfd(pid);
    if (!pidfd) {
        // EINVAL: the number of a thread that is no process (any more).
        const bool gone = pidfd.error().code == ESRCH || pidfd.error().code == EINVAL;
        return gone ? Result<void>{} : std::unexpected(pidfd.error());
    }
    if (!still_ours(pid)) {
        return {};
    }
    auto sent = kernel::send_signal(*pidfd, signal);
    if (!sent && sent.error().code != ESRCH) {
        sent.error().message = fmt::format("signal {} to pid {}: {}", signal, pid, sent.error().message);
        return sent;
    }
    return {};
}

} // namespace

std::vector<int> live_only(std::vector<int> pids)
{
    std::erase_if(pids, [](int pid) {
        const auto stat = kernel::process_stat(pid);
        return !stat || stat->is_zombie();
    });
    return pids;
}

std::optional<std::uint64_t> resident_sum(const std::vector<int>& pids)
{
    std::optional<std::uint64_t> sum;
    for (const int pid : pids) {
        if (const auto bytes = kernel::resident_bytes(pid)) {
            sum = sum.value_or(0) + *bytes;
        }
    }
    return sum;
}

std::optional<std::uint64_t> cpu_sum(const std::vector<int>& pids)
{
    const auto tick_usec = 1'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    std::optional<std::uint64_t> sum;
    for (const int pid : pids) {
        if (const auto stat = kernel::process_stat(pid)) {
            sum = sum.value_or(0) + (stat->utime_ticks + stat->stime_ticks + stat->waited_ticks) * tick_usec;
        }
    }
    return sum;
}

Result<void> signal_each(const std::vector<int>& pids, int signal, const StillOurs& still_ours)
{
    Result<void> first;
    for (const int pid : pids) {
        auto signalled = signal_one(pid, signal, still_ours);
        if (!signalled && first) {
            first = std::move(signalled);
        }
    }
    return first;
}

} // namespace hutch::scope

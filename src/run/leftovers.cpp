#include "run/leftovers.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace hutch::run {

namespace {

constexpr std::size_t most_leaks = 256;
constexpr std::size_t most_stuck = 8;
constexpr std::size_t a_few = 16;
constexpr std::uint64_t a_moment = 3; // ticks: 30 ms; a fork that has executed nothing by then means to go on without

std::uint64_t ticks_since_boot()
{
    timespec now = {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return static_cast<std::uint64_t>(now.tv_sec) * per_second +
           static_cast<std::uint64_t>(now.tv_nsec) * per_second / 1'000'000'000;
}

} // namespace

bool is_about_to_execute(const kernel::ProcessStat& process, std::uint64_t now)
{
    return !process.executed && now <= process.start_time + a_moment;
}

bool are_about_to_execute(const std::vector<int>& pids)
{
    return pids.size() <= a_few && std::ranges::any_of(pids, [now = ticks_since_boot()](int pid) {
               const auto stat = kernel::process_stat(pid);
               return stat && is_about_to_execute(*stat, now);
           });
}

std::vector<Leak> describe_leftovers(const std::vector<int>& pids)
{
    std::vector<Leak> leaks;
    for (int pid : pids) {
        if (leaks.size() == most_leaks) {
            break;
        }
        if (auto leak = kernel::describe_process(pid)) {
            leaks.push_back(std::move(*leak));
        }
    }
    return leaks;
}

std::string describe_unkillable(const std::vector<int>& pids)
{
    std::string text = "still there 5 s after the kill";
    for (std::size_t i = 0; i < pids.size() && i < most_stuck; ++i) {
        text += "; " + kernel::describe_stuck(pids[i]);
    }
    return text;
}

} // namespace hutch::run

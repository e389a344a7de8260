#include "run/leftovers.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

namespace hutch::run {

namespace {

constexpr std::size_t most_leaks = 256;
constexpr std::size_t most_stuck = 8;
constexpr int most_looks = 50; // of some microseconds each
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

/// What one look at a scope found.
struct Glance {
    std::vector<kernel::ProcessStat> alive;
    std::optional<kernel::ProcessStat> ending; ///< one of those who are not
    bool somebody_new = false;
};

Glance look_at(const std::vector<int>& members, const LeftoverSources& sources, std::set<int>& seen)
{
    Glance glance;
    for (int pid : members) {
        glance.somebody_new |= seen.insert(pid).second;
        auto stat = sources.stat(pid);
        if (!stat) {
            stat = kernel::ProcessStat{.pid = pid, .comm = "?", .state = 'X'};
        }
        if (stat->is_ending()) {
            glance.ending = std::move(stat);
        } else {
            glance.alive.push_back(std::move(*stat));
        }
    }
    return glance;
}

Leak in_brackets(const kernel::ProcessStat& process)
{
    return {.pid = process.pid, .comm = process.comm, .cmdline = "[" + process.comm + "]"};
}

Leftovers described(const std::vector<kernel::ProcessStat>& alive, const LeftoverSources& sources)
{
    Leftovers leftovers{.described = {}, .count = alive.size()};
    for (const kernel::ProcessStat& process : alive) {
        if (leftovers.described.size() == most_leaks) {
            break;
        }
        auto leak = sources.describe(process.pid);
        leftovers.described.push_back(leak ? std::move(*leak) : in_brackets(process)); // gone meanwhile
    }
    return leftovers;
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

Result<Leftovers> list_leftovers(const LeftoverSources& sources)
{
    std::set<int> seen;
    Glance glance;
    for (int look = 0; look < most_looks; ++look) {
        const auto members = sources.members();
        if (!members) {
            return std::unexpected(members.error());
        }
        glance = look_at(*members, sources, seen);
        if (!glance.alive.empty()) {
            return described(glance.alive, sources);
        }
        if (!sources.populated()) {
            return Leftovers{};
        }
    }
    return glance.somebody_new ? Leftovers{.described = {in_brackets(*glance.ending)}, .count = 1} : Leftovers{};
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

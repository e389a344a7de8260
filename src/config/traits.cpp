// See traits.h.
#include "config/traits.h"

#include <algorithm>
#include <utility>

namespace hutch::config {
namespace {

template <class T> void lay(std::optional<T>& below, const std::optional<T>& over)
{
    if (over) {
        below = over;
    }
}

void join(std::vector<std::string>& below, const std::vector<std::string>& over)
{
    for (const std::string& item : over) {
        if (std::ranges::find(below, item) == below.end()) {
            below.push_back(item);
        }
    }
}

} // namespace

Limits limits_over(Limits below, const Limits& over)
{
    lay(below.memory_max, over.memory_max);
    lay(below.memory_high, over.memory_high);
    lay(below.cpus, over.cpus);
    lay(below.cpu_weight, over.cpu_weight);
    lay(below.cpu_time, over.cpu_time);
    lay(below.pids_max, over.pids_max);
    lay(below.io, over.io);
    lay(below.wall, over.wall);
    lay(below.open_files, over.open_files);
    lay(below.core_size, over.core_size);
    lay(below.file_size, over.file_size);
    return below;
}

Traits overlaid(Traits below, const Traits& over)
{
    if (over.profile) {
        below.limits = Traits::nothing_limited(); // a profile that is named nearer to the test replaces what patterns said farther off
    }
    below.limits = limits_over(std::move(below.limits), over.limits);
    lay(below.profile, over.profile);
    lay(below.policy, over.policy);
    lay(below.priority, over.priority);
    join(below.tags, over.tags);
    join(below.depends_on, over.depends_on);
    lay(below.retries, over.retries);
    lay(below.retry_delay, over.retry_delay);
    lay(below.ports, over.ports);
    lay(below.isolation, over.isolation);
    lay(below.network, over.network);
    lay(below.exclusive, over.exclusive);
    lay(below.slots, over.slots);
    join(below.groups, over.groups);
    lay(below.skip, over.skip);
    lay(below.planned, over.planned);
    lay(below.slow, over.slow);
    return below;
}

} // namespace hutch::config

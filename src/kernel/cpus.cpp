// Affinity and quota.
#include "kernel/cpus.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/file.h"
#include "kernel/cgroup_files.h"
#include "kernel/cgroup_mount.h"

namespace hutch::kernel {

unsigned affinity_cpus()
{
    // The kernel refuses a mask that is smaller than its own; that size is not known beforehand.
    constexpr std::size_t most_sets = 64; // of 1024 CPUs
    for (std::size_t sets = 1; sets <= most_sets; sets *= 2) {
        std::vector<cpu_set_t> mask(sets);
        if (::sched_getaffinity(0, sets * sizeof(cpu_set_t), mask.data()) == 0) {
            return std::max(1U, static_cast<unsigned>(CPU_COUNT_S(sets * sizeof(cpu_set_t), mask.data())));
        }
    }
    return 1;
}

std::optional<double> tightest_cpu_max(const std::string& mount_point, std::string_view cgroup)
{
    std::optional<double> tightest;
    std::array<char, 128> buffer;
    while (true) {
        const std::string file = mount_point + std::string(cgroup) + "/cpu.max";
        const auto text = base::read_into(base::at_path(file), buffer);
        const auto limit = text ? parse_cpu_max(*text) : plain_error("");
        const auto cpus = limit ? limit->cpus() : std::nullopt;
        if (cpus && (!tightest || *cpus < *tightest)) {
            tightest = cpus;
        }
        const std::size_t slash = cgroup.rfind('/');
        if (slash == std::string_view::npos) {
            return tightest;
        }
        cgroup = cgroup.substr(0, slash);
    }
}

unsigned allowed_cpus()
{
    const unsigned affinity = affinity_cpus();
    const auto mount = find_cgroup_mount();
    const auto cgroup = own_cgroup();
    if (!mount || !cgroup) {
        return affinity;
    }
    const auto directory = cgroup_directory(*mount, *cgroup);
    const auto quota =
        directory ? tightest_cpu_max(mount->mount_point, std::string_view(*directory).substr(mount->mount_point.size()))
                  : std::nullopt;
    return quota ? std::clamp(static_cast<unsigned>(std::min(*quota, 1e6)), 1U, affinity) : affinity;
}

} // namespace hutch::kernel

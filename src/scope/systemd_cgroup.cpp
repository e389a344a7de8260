#include "scope/systemd_cgroup.h"

#include <fmt/format.h>

#include <utility>

#include "kernel/cgroup_mount.h"

namespace hutch::scope {

Result<kernel::CgroupDir> open_control_group(const std::string& control_group)
{
    const auto mount = kernel::find_cgroup_mount();
    if (!mount) {
        return std::unexpected(mount.error());
    }
    auto path = kernel::cgroup_directory(*mount, control_group.empty() ? "/" : control_group);
    return path ? kernel::CgroupDir::open(std::move(*path)) : std::unexpected(std::move(path.error()));
}

Result<kernel::CgroupDir> open_unit_of(int pid, const std::string& unit)
{
    const auto cgroup = kernel::cgroup_of(pid);
    if (!cgroup) {
        return std::unexpected(cgroup.error());
    }
    if (!cgroup->ends_with("/" + unit)) {
        return plain_error(fmt::format("move pid {} to {}: /proc/{}/cgroup says {}", pid, unit, pid, *cgroup));
    }
    return open_control_group(*cgroup);
}

} // namespace hutch::scope

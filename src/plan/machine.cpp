// See machine.h.
#include "plan/machine.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernel/block_device.h"

namespace hutch::plan
{
namespace
{

std::optional<std::uint64_t> hard_limit(__rlimit_resource resource)
{
    struct rlimit both;
    if (::getrlimit(resource, &both) != 0 || both.rlim_max == RLIM_INFINITY) {
        return std::nullopt;
    }
    return both.rlim_max;
}

/// Why an io limit cannot be written; unset: every path has a disk.
std::optional<std::string> no_disk(const std::vector<IoLimit>& disks)
{
    const auto world = kernel::block_world();
    if (!world) {
        return world.error().message;
    }
    for (const IoLimit& disk : disks) {
        if (const auto found = kernel::disks_behind(disk.path, *world); !found) {
            return found.error().message;
        }
    }
    return std::nullopt;
}

} // namespace

Limits with_io_paths(Limits limits, const std::string& work_dir)
{
    if (limits.io) {
        for (IoLimit& disk : limits.io->value) {
            disk.path = disk.path.empty() ? work_dir : disk.path;
        }
    }
    return limits;
}

Machine look_at_machine(std::vector<Capability> capabilities, const Limits& limits)
{
    const auto io = std::ranges::find(capabilities, Resource::io, &Capability::resource);
    if (limits.io && io != capabilities.end() && io->enforcer != Enforcer::none) {
        if (auto reason = no_disk(limits.io->value)) {
            *io = {.resource = Resource::io, .enforcer = Enforcer::none, .found_by = *std::move(reason), .remedy = {}};
        }
    }
    return {.capabilities = std::move(capabilities),
            .ceilings = {.open_files = hard_limit(RLIMIT_NOFILE),
                         .core_size = hard_limit(RLIMIT_CORE),
                         .file_size = hard_limit(RLIMIT_FSIZE)}};
}

} // namespace hutch::plan

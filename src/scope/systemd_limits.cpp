#include "scope/systemd_limits.h"

#include "scope/leaf.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <string_view>

#include "base/file.h"
#include "base/text.h"
#include "kernel/cgroup_files.h"

namespace hutch::scope {

namespace {

constexpr std::string_view oom_group = "memory.oom.group";

/// By way of cpu.max, so that what systemd makes of the property is what the same limit is on the other rungs.
Result<std::uint64_t> quota_per_second(double cpus)
{
    const auto max = kernel::parse_cpu_max(kernel::format_cpu_max(cpus));
    if (!max) {
        return std::unexpected(max.error());
    }
    constexpr std::uint64_t second = 1'000'000;
    return max->quota_usec ? *max->quota_usec * second / max->period_usec : sd::infinity;
}

bool is_device(const std::string& path, kernel::DeviceNumber device)
{
    struct stat status = {};
    return stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode) &&
           kernel::DeviceNumber::from(status.st_rdev) == device;
}

Result<sd::UnitLimits> with_io(sd::UnitLimits limits, const Setting<std::vector<IoLimit>>& io, LimitsWriter& writer,
                               const std::string& files)
{
    const auto by_disk = writer.by_disk(io.value);
    if (!by_disk && io.origin == Origin::profile) {
        return limits;
    }
    if (!by_disk) {
        return std::unexpected(by_disk.error());
    }
    for (const auto& [disk, limit] : *by_disk) {
        const auto node = device_node(disk, files);
        if (!node) {
            return std::unexpected(node.error());
        }
        const auto add = [&](std::vector<sd::DeviceRate>& rates, std::optional<std::uint64_t> rate) {
            if (rate) {
                rates.emplace_back(*node, *rate);
            }
        };
        add(limits.io_rbps, limit.rbps);
        add(limits.io_wbps, limit.wbps);
        add(limits.io_riops, limit.riops);
        add(limits.io_wiops, limit.wiops);
    }
    return limits;
}

Result<Enforcer> check_all_io(const kernel::CgroupDir& unit, const Setting<std::vector<IoLimit>>& io,
                              LimitsWriter& writer)
{
    const auto by_disk = writer.by_disk(io.value);
    if (!by_disk && io.origin == Origin::profile) {
        return Enforcer::none;
    }
    if (!by_disk) {
        return std::unexpected(by_disk.error());
    }
    for (const auto& [disk, limit] : *by_disk) {
        if (auto checked = check_io(unit, disk, limit); !checked) {
            return std::unexpected(std::move(checked.error()));
        }
    }
    return Enforcer::cgroup;
}

} // namespace

Result<sd::UnitLimits> unit_limits(const Limits& limits, LimitsWriter& writer, const std::string& files)
{
    const LeafFiles& leaf = writer.files();
    sd::UnitLimits unit;
    if (limits.memory_max && leaf.memory_max) {
        unit.memory_max = limits.memory_max->value;
        unit.memory_swap_max = leaf.memory_swap_max ? std::optional<Bytes>(0) : std::nullopt;
    }
    if (limits.memory_high && leaf.memory_high) {
        unit.memory_high = limits.memory_high->value;
    }
    if (limits.cpus && leaf.cpu_max) {
        const auto quota = quota_per_second(limits.cpus->value);
        if (!quota) {
            return std::unexpected(quota.error());
        }
        unit.cpu_quota = *quota;
    }
    if (limits.cpu_weight && leaf.cpu_weight) {
        unit.cpu_weight = limits.cpu_weight->value;
    }
    if (limits.pids_max && leaf.pids_max) {
        unit.tasks_max = limits.pids_max->value + own_processes;
    }
    if (limits.io && leaf.io_max) {
        return with_io(std::move(unit), *limits.io, writer, files);
    }
    return unit;
}

Result<Enforced> check_unit_limits(const kernel::CgroupDir& unit, const Limits& limits, LimitsWriter& writer)
{
    const Limits shown = with_room_for_init(limits);
    for (const LimitFile& limit : limit_files(shown, writer.files())) {
        auto checked = limit.file == oom_group ? write_limit(unit, limit) : check_limit(unit, limit);
        if (!checked) {
            return std::unexpected(std::move(checked.error()));
        }
    }
    Enforced enforced;
    for (const Resource resource : limited(limits)) {
        enforced.set(resource, enforcer_of(resource, writer.files()));
    }
    if (limits.io && writer.files().io_max) {
        const auto enforcer = check_all_io(unit, *limits.io, writer);
        if (!enforcer) {
            return std::unexpected(enforcer.error());
        }
        enforced.set(Resource::io, *enforcer);
    }
    return enforced;
}

/// /sys/dev/block/254:16/uevent
///     MAJOR=254
///     MINOR=16
///     DEVNAME=vdb
///     DEVTYPE=disk
Result<std::string> device_node(kernel::DeviceNumber device, const std::string& files)
{
    const std::string number = to_string(device);
    const auto uevent = base::read_file(fmt::format("{}/sys/dev/block/{}/uevent", files, number));
    for (const std::string_view line : base::lines(uevent ? std::string_view(*uevent) : std::string_view{})) {
        const auto [key, value] = base::cut(line, '=');
        const std::string node = fmt::format("{}/dev/{}", files, value.value_or(""));
        if (key == "DEVNAME" && is_device(node, device)) {
            return node;
        }
    }
    // udev's names, for a /dev where the node is not called what the kernel calls it.
    std::string by_number = fmt::format("{}/dev/block/{}", files, number);
    if (is_device(by_number, device)) {
        return by_number;
    }
    return plain_error(fmt::format("device node of disk {}: there is none in /dev", number));
}

} // namespace hutch::scope

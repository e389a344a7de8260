#include "scope/limits_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "kernel/cgroup_files.h"

namespace hutch::scope {

namespace {

/// memory.max counts pages, as a long: what does not fit is "max".
std::string shown_bytes(Bytes bytes)
{
    const auto page = static_cast<Bytes>(sysconf(_SC_PAGESIZE));
    const Bytes pages = bytes / page;
    const Bytes most = static_cast<Bytes>(std::numeric_limits<long>::max()) / page;
    return pages >= most ? std::string("max") : std::to_string(pages * page);
}

LimitFile bytes_file(const char* file, Bytes bytes)
{
    return {file, std::to_string(bytes), shown_bytes(bytes)};
}

LimitFile plain_file(const char* file, std::string value)
{
    return {file, value, value};
}

/// pids.max: PID_MAX_LIMIT (4194304 on 64 bit) and more is EINVAL, and limits nothing anyway.
std::string pids_value(std::uint64_t count)
{
    constexpr std::uint64_t most_pids = 4194304;
    return count > most_pids ? std::string("max") : std::to_string(count);
}

void add_memory(std::vector<LimitFile>& list, const Limits& limits, const LeafFiles& files)
{
    if (limits.memory_max && files.memory_max) {
        // Swap is closed before memory is limited: nothing may escape into it in between.
        if (files.memory_swap_max) {
            list.push_back(plain_file("memory.swap.max", "0"));
        }
        if (files.memory_oom_group) {
            list.push_back(plain_file("memory.oom.group", "1"));
        }
        list.push_back(bytes_file("memory.max", limits.memory_max->value));
    }
    if (limits.memory_high && files.memory_high) {
        list.push_back(bytes_file("memory.high", limits.memory_high->value));
    }
}

std::unexpected<Error> differs(const kernel::CgroupDir& leaf, std::string_view file, std::string_view value,
                               std::string_view shown)
{
    return plain_error(fmt::format("{} of {} reads '{}' after '{}' was written", file, leaf.path(), shown, value));
}

bool has_rate(const IoLimit& limit)
{
    return limit.rbps || limit.wbps || limit.riops || limit.wiops;
}

std::optional<std::uint64_t> lower(std::optional<std::uint64_t> one, std::optional<std::uint64_t> other)
{
    return one && other ? std::min(one, other) : one ? one : other;
}

IoLimit stricter(const IoLimit& one, const IoLimit& other)
{
    return {.path = one.path,
            .rbps = lower(one.rbps, other.rbps),
            .wbps = lower(one.wbps, other.wbps),
            .riops = lower(one.riops, other.riops),
            .wiops = lower(one.wiops, other.wiops)};
}

/// The kernel keeps operations in 32 bits, and its greatest value is "max".
std::optional<std::uint64_t> shown_operations(std::optional<std::uint64_t> operations)
{
    return operations && *operations < std::numeric_limits<std::uint32_t>::max() ? operations : std::nullopt;
}

} // namespace

std::vector<LimitFile> limit_files(const Limits& limits, const LeafFiles& files)
{
    std::vector<LimitFile> list;
    add_memory(list, limits, files);
    if (limits.pids_max && files.pids_max) {
        list.push_back(plain_file("pids.max", pids_value(limits.pids_max->value)));
    }
    if (limits.cpu_weight && files.cpu_weight) {
        list.push_back(plain_file("cpu.weight", std::to_string(limits.cpu_weight->value)));
    }
    if (limits.cpus && files.cpu_max) {
        list.push_back(plain_file("cpu.max", kernel::format_cpu_max(limits.cpus->value)));
    }
    return list;
}

Result<void> write_limit(const kernel::CgroupDir& leaf, const LimitFile& limit)
{
    auto written = leaf.write(limit.file, limit.value);
    return written ? check_limit(leaf, limit) : written;
}

Result<void> check_limit(const kernel::CgroupDir& leaf, const LimitFile& limit)
{
    const auto text = leaf.read(limit.file);
    if (!text) {
        return std::unexpected(text.error());
    }
    const std::string_view shown = base::trim(*text);
    return shown == limit.shown ? Result<void>{} : differs(leaf, limit.file, limit.value, shown);
}

Result<void> check_io(const kernel::CgroupDir& leaf, kernel::DeviceNumber disk, const IoLimit& limit)
{
    const auto text = leaf.read("io.max");
    if (!text) {
        return std::unexpected(text.error());
    }
    const auto lines = kernel::parse_io_max(*text);
    if (!lines) {
        return std::unexpected(lines.error());
    }
    const kernel::IoMax expected{.device = disk,
                                 .rbps = limit.rbps,
                                 .wbps = limit.wbps,
                                 .riops = shown_operations(limit.riops),
                                 .wiops = shown_operations(limit.wiops)};
    const auto line = std::ranges::find(*lines, disk, &kernel::IoMax::device);
    if (line == lines->end() || *line != expected) {
        return differs(leaf, "io.max", kernel::format_io_max(disk, limit), base::trim(*text));
    }
    return {};
}

Result<Enforced> LimitsWriter::write(const kernel::CgroupDir& leaf, const Limits& limits)
{
    for (const LimitFile& limit : limit_files(limits, files_)) {
        if (auto written = write_limit(leaf, limit); !written) {
            return std::unexpected(std::move(written.error()));
        }
    }
    Enforced enforced;
    for (const Resource resource : limited(limits)) {
        enforced.set(resource, enforcer_of(resource, files_));
    }
    if (limits.io && files_.io_max) {
        const auto enforcer = write_io(leaf, *limits.io);
        if (!enforcer) {
            return std::unexpected(enforcer.error());
        }
        enforced.set(Resource::io, *enforcer);
    }
    return enforced;
}

Result<Enforcer> LimitsWriter::write_io(const kernel::CgroupDir& leaf, const Setting<std::vector<IoLimit>>& io)
{
    const auto limits = by_disk(io.value);
    if (!limits && io.origin == Origin::profile) {
        return Enforcer::none;
    }
    if (!limits) {
        return std::unexpected(limits.error());
    }
    for (const auto& [disk, limit] : *limits) {
        auto written = leaf.write("io.max", kernel::format_io_max(disk, limit));
        if (written) {
            written = check_io(leaf, disk, limit);
        }
        if (!written) {
            return std::unexpected(std::move(written.error()));
        }
    }
    return Enforcer::cgroup;
}

Result<std::map<kernel::DeviceNumber, IoLimit>> LimitsWriter::by_disk(const std::vector<IoLimit>& limits)
{
    std::map<kernel::DeviceNumber, IoLimit> merged;
    for (const IoLimit& limit : limits) {
        if (!has_rate(limit)) {
            continue;
        }
        const auto numbers = disks(limit);
        if (!numbers) {
            return std::unexpected(numbers.error());
        }
        for (const kernel::DeviceNumber disk : *numbers) {
            const auto [place, is_new] = merged.try_emplace(disk, limit);
            place->second = is_new ? limit : stricter(place->second, limit);
        }
    }
    return merged;
}

Result<std::vector<kernel::DeviceNumber>> LimitsWriter::disks(const IoLimit& limit)
{
    if (limit.path.empty()) {
        return plain_error("io limit without a path: plan/ puts the work directory there");
    }
    if (const auto known = disks_.find(limit.path); known != disks_.end()) {
        return known->second;
    }
    if (!world_) {
        auto world = kernel::block_world();
        if (!world) {
            return std::unexpected(std::move(world.error()));
        }
        world_ = std::move(*world);
    }
    auto found = kernel::disks_behind(limit.path, *world_);
    if (found) {
        disks_.emplace(limit.path, *found);
    }
    return found;
}

} // namespace hutch::scope

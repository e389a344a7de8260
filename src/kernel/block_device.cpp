// From a path to whole disks, by mountinfo and sysfs:
//   /sys/dev/block/8:1            → ../../devices/…/sda/sda1   (a symbolic link; ".." behind it is the disk)
//   /sys/dev/block/8:1/partition  exists for a partition only
//   /sys/dev/block/253:0/slaves/* → the devices that a mapped one stands on
//   /sys/fs/btrfs/UUID/devices/*  → the devices of one file system
#include "kernel/block_device.h"

#include <dirent.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace hutch::kernel {

namespace {

using Devices = std::vector<DeviceNumber>;
constexpr int most_layers = 16; // of mappings and overlays; more is a loop

std::vector<std::string> names_in(const std::string& path)
{
    std::vector<std::string> names;
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory(::opendir(path.c_str()), close);
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        if (entry->d_name[0] != '.') {
            names.emplace_back(entry->d_name);
        }
    }
    return names;
}

/// A sysfs "dev" file: "8:16\n".
Result<DeviceNumber> read_device_number(const std::string& file)
{
    auto text = base::read_file(file);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    const auto number = parse_device_number(base::trim(*text));
    return number ? Result<DeviceNumber>(*number)
                  : plain_error(fmt::format("parse '{}': '{}'", file, base::trim(*text)));
}

Result<void> add_whole_disks(DeviceNumber device, const BlockWorld& world, int layers_left,
                             std::set<DeviceNumber>& disks)
{
    const std::string place = fmt::format("{}/dev/block/{}", world.sys, to_string(device));
    if (!base::exists(place)) {
        return system_error(fmt::format("find block device {} in '{}'", to_string(device), place), ENODEV);
    }
    if (layers_left == 0) {
        return system_error(fmt::format("find the disks of block device {}", to_string(device)), ELOOP);
    }
    if (base::exists(place + "/partition")) {
        const auto disk = read_device_number(place + "/../dev");
        return disk ? add_whole_disks(*disk, world, layers_left - 1, disks) : std::unexpected(disk.error());
    }
    const std::vector<std::string> slaves = names_in(place + "/slaves");
    if (slaves.empty()) {
        disks.insert(device);
    }
    for (const std::string& slave : slaves) {
        const auto number = read_device_number(fmt::format("{}/slaves/{}/dev", place, slave));
        auto added = number ? add_whole_disks(*number, world, layers_left - 1, disks) : std::unexpected(number.error());
        if (!added) {
            return added;
        }
    }
    return {};
}

Result<Devices> disks_of_all(const Devices& devices, const BlockWorld& world)
{
    std::set<DeviceNumber> disks;
    for (const DeviceNumber device : devices) {
        if (auto added = add_whole_disks(device, world, most_layers, disks); !added) {
            return std::unexpected(std::move(added.error()));
        }
    }
    return Devices(disks.begin(), disks.end());
}

/// The number of a block device node; unset for anything else.
std::optional<DeviceNumber> node_number(const std::string& path)
{
    struct stat status;
    const bool is_block = ::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode);
    return is_block ? std::optional(DeviceNumber::from(status.st_rdev)) : std::nullopt;
}

/// "/dev/sda2" of mountinfo: the node, or where there is none (a container's bare /dev), its name in sysfs.
Result<DeviceNumber> source_number(const std::string& source, const BlockWorld& world)
{
    const std::string name = source.substr(source.rfind('/') + 1);
    if (auto number = read_device_number(fmt::format("{}/class/block/{}/dev", world.sys, name))) {
        return number;
    }
    if (const auto number = node_number(source)) {
        return *number;
    }
    return plain_error(fmt::format("find block device '{}': neither a node nor in {}/class/block", source, world.sys));
}

/// A btrfs has an anonymous st_dev; its source is one of its devices, sysfs knows them all.
Result<Devices> btrfs_devices(const Mount& mount, const BlockWorld& world)
{
    const auto one = source_number(mount.source, world);
    if (!one) {
        return std::unexpected(one.error());
    }
    const std::string all = world.sys + "/fs/btrfs";
    for (const std::string& uuid : names_in(all)) {
        const std::string directory = fmt::format("{}/{}/devices", all, uuid);
        Devices devices;
        for (const std::string& name : names_in(directory)) {
            const auto number = read_device_number(fmt::format("{}/{}/dev", directory, name));
            if (number) {
                devices.push_back(*number);
            }
        }
        if (std::ranges::find(devices, *one) != devices.end()) {
            return devices;
        }
    }
    return Devices{*one};
}

/// The devices of the file system that `path` is on. Overlays lead to another path, therefore the loop.
Result<Devices> devices_of(const std::string& path, const BlockWorld& world)
{
    std::string place = path;
    for (int layer = 0; layer < most_layers; ++layer) {
        const Mount* mount = mount_of(world.mounts, place);
        if (mount == nullptr) {
            return plain_error(fmt::format("find the mount of '{}': none in mountinfo", place));
        }
        if (mount->device.major_number != 0) {
            return Devices{mount->device};
        }
        if (mount->type == "btrfs") {
            return btrfs_devices(*mount, world);
        }
        const auto upper = mount->type == "overlay" ? option_value(mount->super_options, "upperdir") : std::nullopt;
        if (!upper) {
            return plain_error(
                fmt::format("no block device behind '{}' ({} at {})", path, mount->type, mount->mount_point));
        }
        // The upper directory is a path of whoever mounted it. In a container it names nothing, or something else.
        if (mount_of(world.mounts, *upper) == mount || !base::exists(*upper)) {
            return plain_error(fmt::format("no block device behind '{}' (overlay whose upper directory '{}' is not "
                                           "visible here)",
                                           path, *upper));
        }
        place = *upper;
    }
    return system_error(fmt::format("find the mount of '{}'", path), ELOOP);
}

} // namespace

Result<BlockWorld> block_world()
{
    auto mounts = read_mountinfo();
    if (!mounts) {
        return std::unexpected(std::move(mounts.error()));
    }
    return BlockWorld{.mounts = std::move(*mounts)};
}

Result<Devices> disks_behind(const std::string& path, const BlockWorld& world)
{
    if (const auto node = node_number(path)) {
        return disks_of_all({*node}, world);
    }
    const auto release = [](char* text) { ::free(text); };
    const std::unique_ptr<char, decltype(release)> real(::realpath(path.c_str(), nullptr), release);
    if (!real) {
        return system_error(fmt::format("find the disk of '{}'", path));
    }
    auto devices = devices_of(real.get(), world);
    return devices ? disks_of_all(*devices, world) : std::move(devices);
}

Result<Devices> whole_disks(DeviceNumber device, const BlockWorld& world)
{
    return disks_of_all({device}, world);
}

} // namespace hutch::kernel

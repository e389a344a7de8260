// Which whole disks stand behind a path: what io.max wants as its key. (A partition there is ENODEV, kernel.md 1.2.)
// Partition → its disk; device-mapper, LVM, LUKS and md → their slaves, down to the disks; overlay → its upper
// directory; btrfs → the devices of the file system. tmpfs, network and kernel file systems have none: an error that
// says so.
#pragma once

#include <string>
#include <vector>

#include "hutch/error.h"
#include "kernel/device_number.h"
#include "kernel/mountinfo.h"

namespace hutch::kernel {

/// What is looked at; tests build a tree of their own and give its root.
struct BlockWorld {
    std::string sys = "/sys";
    std::vector<Mount> mounts;
};
Result<BlockWorld> block_world(); ///< of this machine, as this process sees it

/// The disks behind a file, a directory or a block device node, sorted, without repetition, never empty. Relative
/// paths and symbolic links are resolved; a path that does not exist is an error.
Result<std::vector<DeviceNumber>> disks_behind(const std::string& path, const BlockWorld& world);

/// The disks behind a block device.
Result<std::vector<DeviceNumber>> whole_disks(DeviceNumber device, const BlockWorld& world);

} // namespace hutch::kernel

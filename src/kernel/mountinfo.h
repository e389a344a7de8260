// /proc/PID/mountinfo, and which mount a path is on. Pure but for read_mountinfo().
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"
#include "kernel/device_number.h"

namespace hutch::kernel {

/// One line, with \040 and its like decoded:
///     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
struct Mount {
    int id = 0, parent = 0;
    DeviceNumber device; ///< st_dev of files there; major 0: no block device of its own
    std::string root;    ///< of the file system, what is seen at mount_point
    std::string mount_point;
    std::string options;       ///< of the mount: "rw,noatime"
    std::string type;          ///< "ext4"
    std::string source;        ///< "/dev/sda1", "tmpfs"
    std::string super_options; ///< of the file system: "rw,lowerdir=…,upperdir=…"
    bool operator==(const Mount&) const = default;
};

Result<std::vector<Mount>> parse_mountinfo(std::string_view text);
Result<std::vector<Mount>> read_mountinfo(); ///< of this process

/// The mount that `path` (absolute, without symbolic links and "..") is on: the longest mount point that is a prefix
/// of it by whole components; of equal ones the last, which covers the others.
const Mount* mount_of(std::span<const Mount> mounts, std::string_view path);

/// "ro" in "ro,relatime": whole words.
bool has_option(std::string_view options, std::string_view name);
/// "upperdir" in "rw,upperdir=/a\,b,workdir=/c" → "/a,b" (overlayfs escapes commas and colons by a backslash).
std::optional<std::string> option_value(std::string_view options, std::string_view name);

} // namespace hutch::kernel

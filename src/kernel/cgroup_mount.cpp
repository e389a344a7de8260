// Finding the cgroup v2 hierarchy and one's place in it.
#include "kernel/cgroup_mount.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/text.h"

namespace hutch::kernel {

namespace {

bool is_read_only(const Mount& mount)
{
    return has_option(mount.options, "ro") || has_option(mount.super_options, "ro");
}

/// Less is better: what is seen of the hierarchy, then whether it can be written. "/.." is a cgroup namespace's
/// outside.
auto preference(const Mount& mount)
{
    return std::pair(mount.root.size(), is_read_only(mount));
}

bool is_one(const CgroupDir& cgroup, const char* attribute)
{
    std::array<char, 8> value;
    const ssize_t size = ::fgetxattr(cgroup.fd().get(), attribute, value.data(), value.size());
    return size == 1 && value[0] == '1';
}

} // namespace

Result<CgroupMount> choose_cgroup_mount(std::span<const Mount> mounts)
{
    const Mount* best = nullptr;
    bool hybrid = false;
    for (const Mount& mount : mounts) {
        hybrid = hybrid || mount.type == "cgroup";
        if (mount.type == "cgroup2" && (best == nullptr || preference(mount) < preference(*best))) {
            best = &mount;
        }
    }
    if (best == nullptr) {
        return plain_error("find cgroup2 in /proc/self/mountinfo: not mounted",
                           "mount -t cgroup2 none /sys/fs/cgroup, or boot with systemd.unified_cgroup_hierarchy=1");
    }
    return CgroupMount{.mount_point = best->mount_point,
                       .root = best->root,
                       .read_only = is_read_only(*best),
                       .hybrid = hybrid,
                       .nsdelegate = has_option(best->super_options, "nsdelegate")};
}

Result<CgroupMount> find_cgroup_mount()
{
    const auto mounts = read_mountinfo();
    if (!mounts) {
        return std::unexpected(mounts.error());
    }
    auto mount = choose_cgroup_mount(*mounts);
    if (!mount) {
        return mount;
    }
    struct statfs status;
    if (::statfs(mount->mount_point.c_str(), &status) != 0) {
        return system_error(fmt::format("statfs {}", mount->mount_point));
    }
    if (status.f_type != CGROUP2_SUPER_MAGIC) {
        return plain_error(fmt::format("statfs {}: type {:#x}, something else is mounted over cgroup2",
                                       mount->mount_point, status.f_type));
    }
    const bool refused = ::faccessat(AT_FDCWD, mount->mount_point.c_str(), W_OK, AT_EACCESS) != 0;
    mount->read_only = mount->read_only || (refused && errno == EROFS);
    return mount;
}

Result<std::string> parse_proc_cgroup(std::string_view text)
{
    for (const std::string_view line : base::lines(text)) {
        if (!line.starts_with("0::")) {
            continue;
        }
        const std::string_view path = line.substr(3);
        if (!path.starts_with('/') || path.ends_with(" (deleted)")) {
            return plain_error(fmt::format("cgroup '{}': no longer there", path));
        }
        return std::string(path);
    }
    return plain_error("find '0::' in /proc/PID/cgroup: no version 2 hierarchy");
}

namespace {

Result<std::string> read_proc_cgroup(const std::string& file)
{
    auto text = base::read_file(file);
    return text ? parse_proc_cgroup(*text) : std::move(text);
}

} // namespace

Result<std::string> cgroup_of(int pid)
{
    return read_proc_cgroup(fmt::format("/proc/{}/cgroup", pid));
}

Result<std::string> own_cgroup()
{
    return read_proc_cgroup("/proc/self/cgroup");
}

Result<std::string> cgroup_directory(const CgroupMount& mount, std::string_view cgroup)
{
    std::string_view rest = cgroup;
    if (mount.root != "/") {
        const bool inside =
            cgroup.starts_with(mount.root) && (cgroup.size() == mount.root.size() || cgroup[mount.root.size()] == '/');
        rest = inside ? cgroup.substr(mount.root.size()) : std::string_view("/..");
    }
    if (rest == "/.." || rest.starts_with("/../")) {
        return plain_error(fmt::format("cgroup {}: outside of what is mounted at {}", cgroup, mount.mount_point));
    }
    return mount.mount_point + std::string(rest == "/" ? std::string_view{} : rest);
}

bool is_real_root(const CgroupDir& cgroup)
{
    return !cgroup.has("cgroup.type") && !cgroup.has("cgroup.events");
}

bool is_marked_delegated(const CgroupDir& cgroup)
{
    return is_one(cgroup, "user.delegate") || is_one(cgroup, "trusted.delegate");
}

} // namespace hutch::kernel

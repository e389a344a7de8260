// Where the cgroup v2 hierarchy is mounted, what kind of mount it is, and which cgroup a process is in. Looks only;
// never writes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hutch/error.h"
#include "kernel/cgroup_dir.h"
#include "kernel/mountinfo.h"

namespace hutch::kernel {

struct CgroupMount {
    std::string mount_point; ///< "/sys/fs/cgroup"; on a hybrid host "/sys/fs/cgroup/unified"
    std::string root = "/";  ///< the cgroup that is seen at the mount point; "/" unless a part was bind-mounted
    bool read_only = false;  ///< by mount options or by doing (EROFS)
    bool hybrid = false;     ///< version 1 hierarchies are mounted as well: controllers may be bound there
    bool nsdelegate = false; ///< mount option: cgroup namespaces are delegation boundaries
};

/// The choice among `mounts`: the cgroup2 mount that shows the most of the hierarchy; of equal ones the writable,
/// then the first. Pure.
Result<CgroupMount> choose_cgroup_mount(std::span<const Mount> mounts);

/// choose_cgroup_mount() of /proc/self/mountinfo, checked by statfs(2) (a tmpfs may have been put over it).
Result<CgroupMount> find_cgroup_mount();

/// /proc/PID/cgroup → "/user.slice/…": the line of the version 2 hierarchy
///     1:name=systemd:/
///     0::/user.slice/user-1000.slice/session-2.scope
/// "/../x" is outside of our cgroup namespace. A removed cgroup ("… (deleted)") is an error.
Result<std::string> parse_proc_cgroup(std::string_view text);
Result<std::string> cgroup_of(int pid);
Result<std::string> own_cgroup();

/// The directory of `cgroup` ("/user.slice/…") as seen through `mount`; an error where it is not below mount.root.
Result<std::string> cgroup_directory(const CgroupMount& mount, std::string_view cgroup);

/// Whether this is the root of the whole hierarchy, not just of a namespace: it has no cgroup.type and no
/// cgroup.events. Processes may stay in it while controllers are enabled.
bool is_real_root(const CgroupDir& cgroup);

/// Whether a manager marked it as ours: xattr user.delegate=1 (systemd 251, kernel 5.6), or trusted.delegate=1 (seen
/// by root).
bool is_marked_delegated(const CgroupDir& cgroup);

} // namespace hutch::kernel

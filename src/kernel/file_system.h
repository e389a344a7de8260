// What kind of file system a path is on, by statfs(2).
#pragma once

namespace hutch::kernel {

/// Another machine or another process answers for it (NFS, SMB, FUSE, 9p, Ceph and the like), so that an open may take for ever. What cannot be
/// found out may, too.
bool may_hang(const char* path);

} // namespace hutch::kernel

// The limits of one scope: written into its interface files and read back. A limit that the kernel took differently
// from what was asked is an error, not a smaller limit. Decides nothing about what may be degraded but this: an io
// limit of the default profile on a path without a disk (tmpfs, a network file system) is left out and said to be
// enforced by nobody.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/limits.h"
#include "kernel/block_device.h"
#include "kernel/cgroup_dir.h"
#include "scope/leaf_files.h"

namespace hutch::scope {

/// A value for an interface file, and what the kernel then shows: memory sizes are rounded down to pages.
struct LimitFile {
    const char* file;
    std::string value;
    std::string shown;
};

/// All but io.max, in the order in which they have to be written; files that the leaf does not have are left out. Pure.
std::vector<LimitFile> limit_files(const Limits& limits, const LeafFiles& files);

/// Writes, reads back and compares.
Result<void> write_limit(const kernel::CgroupDir& leaf, const LimitFile& limit);
/// The second half of it, for limits that somebody else (systemd) has written.
Result<void> check_limit(const kernel::CgroupDir& leaf, const LimitFile& limit);
/// The same for one disk's line of io.max.
Result<void> check_io(const kernel::CgroupDir& leaf, kernel::DeviceNumber disk, const IoLimit& limit);

class LimitsWriter {
  public:
    explicit LimitsWriter(LeafFiles files, std::optional<kernel::BlockWorld> world = {})
        : files_(files), world_(std::move(world))
    {}

    /// Who enforces what of `limits`, once all of it is written and read back.
    Result<Enforced> write(const kernel::CgroupDir& leaf, const Limits& limits);
    const LeafFiles& files() const { return files_; }

    /// What io.max has to hold for each whole disk: where several limits meet on one, the lowest of each rate. A path
    /// is looked up once.
    Result<std::map<kernel::DeviceNumber, IoLimit>> by_disk(const std::vector<IoLimit>& limits);

  private:
    Result<Enforcer> write_io(const kernel::CgroupDir& leaf, const Setting<std::vector<IoLimit>>& io);
    Result<std::vector<kernel::DeviceNumber>> disks(const IoLimit& limit);

    LeafFiles files_;
    std::optional<kernel::BlockWorld> world_; ///< read when the first io limit needs it
    std::map<std::string, std::vector<kernel::DeviceNumber>> disks_;
};

} // namespace hutch::scope

// Limits as properties of a unit, and the proof that systemd and the kernel took them as they were asked. What may be
// left out is decided as in limits_writer.h: an io limit of the default profile on a path without a disk.
#pragma once

#include <string>

#include "hutch/limits.h"
#include "kernel/cgroup_dir.h"
#include "kernel/device_number.h"
#include "scope/limits_writer.h"
#include "sd/unit_properties.h"

namespace hutch::scope {

/// What the unit is started with. `writer` knows the files of a leaf and the disks behind paths, `files` as in
/// device_node().
Result<sd::UnitLimits> unit_limits(const Limits& limits, LimitsWriter& writer, const std::string& files = "");

/// Once the unit is there: memory.oom.group, which is delegated and has no property, is written, everything is read
/// back.
Result<Enforced> check_unit_limits(const kernel::CgroupDir& unit, const Limits& limits, LimitsWriter& writer);

/// "/dev/vdb" for 254:16: systemd takes a path, and looks for the disk behind it. `files` is put before /sys and /dev.
Result<std::string> device_node(kernel::DeviceNumber device, const std::string& files = "");

} // namespace hutch::scope

// Limits on the command line, in the three spellings that people know: the kernel's (--limit memory.max=512M),
// docker's (--memory 512M) and systemd's (-p MemoryMax=512M). Text → a new Limits; the given one is kept but for the
// one limit that is named. Pure; an unknown name is a usage error with the nearest known one, an impossible value one
// with the least that works.
//
// Sizes are 1024-based in every spelling (systemd's own I/O bandwidths are 1000-based).
#pragma once

#include <string_view>
#include <vector>

#include "hutch/limits.h"

namespace hutch::config
{

/// --limit KEY=VALUE. Keys: memory.max memory.high cpu.max cpu.weight pids.max io.max cpu_time wall open_files
/// core_size file_size. `ram` is what percentages are parts of.
Result<Limits> apply_limit(Limits limits, std::string_view assignment, Bytes ram = 0);

/// -p NAME=VALUE, as systemd-run(1) has it: MemoryMax MemoryHigh CPUQuota CPUWeight TasksMax IOReadBandwidthMax
/// IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax RuntimeMaxSec LimitNOFILE LimitCORE LimitFSIZE.
Result<Limits> apply_property(Limits limits, std::string_view assignment, Bytes ram = 0);

/// --ulimit NAME=VALUE: nofile core fsize; the sizes in bytes.
Result<Limits> apply_ulimit(Limits limits, std::string_view assignment);

/// A long option with a value, without its dashes: docker's memory, cpus, pids-limit, device-read-bps,
/// device-write-bps, device-read-iops, device-write-iops (PATH:RATE), ulimit; and timeout, cpu-time, cpu-weight,
/// memory-high.
Result<Limits> apply_option(Limits limits, std::string_view option, std::string_view value, Bytes ram = 0);

/// The names that each of the three knows, for help and completion.
std::vector<std::string_view> limit_keys();
std::vector<std::string_view> property_names();
std::vector<std::string_view> limit_option_names();

} // namespace hutch::config

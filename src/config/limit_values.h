// One limit's value: from the text that a user gave to a new Limits. The ranges are checked here, once for all
// spellings: a value that the kernel would refuse, or that no program could live with, is a usage error that names
// the least that works. Never touches the machine, never knows which spelling it serves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/limits.h"

namespace hutch::config
{

/// What the user wrote, for the value and for the message: `memory.max '900K': …`.
struct Given {
    std::string_view key;   ///< in the user's spelling: "memory.max", "MemoryMax", "--memory"
    std::string_view value; ///< "max", "infinity" and "unlimited" take the limit away
    Bytes ram = 0;          ///< what "25%" is a part of; 0: percentages are refused
};

using Setter = Result<Limits> (*)(Limits, const Given&);

std::unexpected<Error> refuse(const Given& given, std::string_view why);

Result<Limits> set_memory_max(Limits limits, const Given& given);
Result<Limits> set_memory_high(Limits limits, const Given& given);
Result<Limits> set_cpus(Limits limits, const Given& given);      ///< "1.5", "150%"
Result<Limits> set_cpu_max(Limits limits, const Given& given);   ///< as set_cpus, or the kernel's "50000 100000"
Result<Limits> set_cpu_quota(Limits limits, const Given& given); ///< only "150%", as systemd has it
Result<Limits> set_cpu_weight(Limits limits, const Given& given);
Result<Limits> set_cpu_time(Limits limits, const Given& given);
Result<Limits> set_pids_max(Limits limits, const Given& given);
Result<Limits> set_wall(Limits limits, const Given& given);
Result<Limits> set_open_files(Limits limits, const Given& given); ///< "100", or "100:100" (soft and hard, the same)
Result<Limits> set_core_size(Limits limits, const Given& given);
Result<Limits> set_file_size(Limits limits, const Given& given);

/// One of io.max's four rates.
enum class Rate { rbps, wbps, riops, wiops };

/// "wbps=2M", "/scratch wbps=2M rbps=max", "8:0 riops=100", or "max" for no I/O limit at all. Without a path: the
/// disk behind the work directory. What is asked for replaces the default profile's limits, and is merged with what
/// was asked before.
Result<Limits> set_io_max(Limits limits, const Given& given);

/// One rate of one disk; `given.value` is the rate alone.
Result<Limits> set_io_rate(Limits limits, Rate rate, std::string_view path, const Given& given);

} // namespace hutch::config

// The spellings as tables: name → setter; see limit_options.h.
#include "config/limit_options.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/known_name.h"
#include "config/limit_values.h"

namespace hutch::config
{
namespace
{

struct Row {
    std::string_view name;
    Setter set;
};

/// docker: "/dev/sda:2M". The last colon, because a path may have one.
template <Rate rate> Result<Limits> set_docker_rate(Limits limits, const Given& given)
{
    const std::size_t colon = given.value.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return refuse(given, "not PATH:RATE, as in '/dev/sda:2M'");
    }
    const Given value{given.key, given.value.substr(colon + 1)};
    return set_io_rate(std::move(limits), rate, given.value.substr(0, colon), value);
}

/// systemd: "/dev/sda 2M".
template <Rate rate> Result<Limits> set_systemd_rate(Limits limits, const Given& given)
{
    const std::string_view text = base::trim(given.value);
    const std::size_t blank = text.find_last_of(" \t");
    if (blank == std::string_view::npos) {
        return refuse(given, "not PATH RATE, as in '/dev/sda 2M'");
    }
    const Given value{given.key, text.substr(blank + 1)};
    return set_io_rate(std::move(limits), rate, base::trim(text.substr(0, blank)), value);
}

Result<Limits> set_ulimit(Limits limits, const Given& given)
{
    return apply_ulimit(std::move(limits), given.value);
}

constexpr std::array<Row, 11> limit_rows{{
    {"memory.max", set_memory_max},
    {"memory.high", set_memory_high},
    {"cpu.max", set_cpu_max},
    {"cpu.weight", set_cpu_weight},
    {"cpu_time", set_cpu_time},
    {"pids.max", set_pids_max},
    {"io.max", set_io_max},
    {"wall", set_wall},
    {"open_files", set_open_files},
    {"core_size", set_core_size},
    {"file_size", set_file_size},
}};

constexpr std::array<Row, 13> property_rows{{
    {"MemoryMax", set_memory_max},
    {"MemoryHigh", set_memory_high},
    {"CPUQuota", set_cpu_quota},
    {"CPUWeight", set_cpu_weight},
    {"TasksMax", set_pids_max},
    {"IOReadBandwidthMax", set_systemd_rate<Rate::rbps>},
    {"IOWriteBandwidthMax", set_systemd_rate<Rate::wbps>},
    {"IOReadIOPSMax", set_systemd_rate<Rate::riops>},
    {"IOWriteIOPSMax", set_systemd_rate<Rate::wiops>},
    {"RuntimeMaxSec", set_wall},
    {"LimitNOFILE", set_open_files},
    {"LimitCORE", set_core_size},
    {"LimitFSIZE", set_file_size},
}};

constexpr std::array<Row, 3> ulimit_rows{{
    {"nofile", set_open_files},
    {"core", set_core_size},
    {"fsize", set_file_size},
}};

constexpr std::array<Row, 12> option_rows{{
    {"memory", set_memory_max},
    {"memory-high", set_memory_high},
    {"cpus", set_cpus},
    {"cpu-weight", set_cpu_weight},
    {"cpu-time", set_cpu_time},
    {"pids-limit", set_pids_max},
    {"device-read-bps", set_docker_rate<Rate::rbps>},
    {"device-write-bps", set_docker_rate<Rate::wbps>},
    {"device-read-iops", set_docker_rate<Rate::riops>},
    {"device-write-iops", set_docker_rate<Rate::wiops>},
    {"timeout", set_wall},
    {"ulimit", set_ulimit},
}};

std::vector<std::string_view> names_of(std::span<const Row> rows)
{
    std::vector<std::string_view> names;
    std::ranges::transform(rows, std::back_inserter(names), &Row::name);
    return names;
}

/// `shown` is what the message has before the name: "--" of an option.
Result<Limits> apply(Limits limits, std::span<const Row> rows, std::string_view kind, Given given,
                     std::string_view shown = "")
{
    const auto row = std::ranges::find(rows, given.key, &Row::name);
    if (row == rows.end()) {
        return unknown_name(kind, given.key, names_of(rows));
    }
    const std::string key = fmt::format("{}{}", shown, row->name);
    given.key = key;
    if (given.value.empty()) {
        return refuse(given, "no value");
    }
    return row->set(std::move(limits), given);
}

Result<Limits> apply_assignment(Limits limits, std::span<const Row> rows, std::string_view kind,
                                std::string_view assignment, Bytes ram)
{
    const base::Halves halves = base::cut(assignment, '=');
    if (!halves.after) {
        return usage_error(fmt::format("{} '{}': not NAME=VALUE", kind, assignment));
    }
    return apply(std::move(limits), rows, kind, {base::trim(halves.before), base::trim(*halves.after), ram});
}

} // namespace

Result<Limits> apply_limit(Limits limits, std::string_view assignment, Bytes ram)
{
    return apply_assignment(std::move(limits), limit_rows, "limit", assignment, ram);
}

Result<Limits> apply_property(Limits limits, std::string_view assignment, Bytes ram)
{
    return apply_assignment(std::move(limits), property_rows, "property", assignment, ram);
}

Result<Limits> apply_ulimit(Limits limits, std::string_view assignment)
{
    return apply_assignment(std::move(limits), ulimit_rows, "ulimit", assignment, 0);
}

Result<Limits> apply_option(Limits limits, std::string_view option, std::string_view value, Bytes ram)
{
    return apply(std::move(limits), option_rows, "option", {option, value, ram}, "--");
}

std::vector<std::string_view> limit_keys()
{
    return names_of(limit_rows);
}

std::vector<std::string_view> property_names()
{
    return names_of(property_rows);
}

std::vector<std::string_view> limit_option_names()
{
    return names_of(option_rows);
}

} // namespace hutch::config

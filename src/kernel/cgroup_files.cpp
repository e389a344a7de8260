// The grammar of cgroup v2's files: flat keyed ("key value" lines), nested keyed ("name key=value …" lines), single
// values.
#include "kernel/cgroup_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace hutch::kernel {

namespace {

using Number = std::optional<std::uint64_t>;

std::unexpected<Error> malformed(std::string_view file, std::string_view line)
{
    constexpr std::size_t most = 80; // a test cannot write these files, but a message stays a line whatever is in them
    return plain_error(fmt::format("parse {}: '{}'", file, line.substr(0, most)));
}

std::unexpected<Error> missing(std::string_view file, std::string_view key)
{
    return plain_error(fmt::format("parse {}: no '{}' in it", file, key));
}

/// A key to look for, and where its value goes.
struct Wanted {
    std::string_view key;
    Number value = {};
    bool required = false;
};

/// "key 12" lines. Unknown keys are skipped, whatever follows them.
Result<void> read_flat_keyed(std::string_view file, std::string_view text, std::span<Wanted> wanted)
{
    for (const std::string_view line : base::lines(text)) {
        const auto [key, value] = base::cut(line, ' ');
        const auto known = std::ranges::find(wanted, key, &Wanted::key);
        if (known == wanted.end()) {
            continue;
        }
        known->value = value ? base::parse_uint64(*value) : std::nullopt;
        if (!known->value) {
            return malformed(file, line);
        }
    }
    for (const Wanted& one : wanted) {
        if (one.required && !one.value) {
            return missing(file, one.key);
        }
    }
    return {};
}

/// Calls `begin(device)` for each device and `figure(key, value)` for each "key=value" after it; false from that
/// means malformed. A kernel that has no figures for a device may print its number without a newline after it ("254:2
/// 254:1 rbytes=0 …", 5.14 to 6.1), so a word that is a device number begins a new device wherever it stands.
template <class Begin, class Figure>
Result<void> read_nested_keyed(std::string_view file, std::string_view text, Begin begin, Figure figure)
{
    for (const std::string_view line : base::lines(text)) {
        bool has_device = false;
        for (const std::string_view word : base::words(line)) {
            const auto [key, value] = base::cut(word, '=');
            if (const auto device = value ? std::nullopt : parse_device_number(word)) {
                has_device = true;
                begin(*device);
            }
            if (!has_device || (value && !figure(key, *value))) {
                return malformed(file, line);
            }
        }
    }
    return {};
}

bool store(Number value, std::uint64_t& into)
{
    into = value.value_or(0);
    return value.has_value();
}

/// False: a known key with something else than a number.
bool store_io_stat(IoStat& stat, std::string_view key, std::string_view value)
{
    const std::array<std::pair<std::string_view, std::uint64_t*>, 4> known{
        {{"rbytes", &stat.rbytes}, {"wbytes", &stat.wbytes}, {"rios", &stat.rios}, {"wios", &stat.wios}}};
    for (const auto& [name, into] : known) {
        if (name == key) {
            return store(base::parse_uint64(value), *into);
        }
    }
    return true;
}

bool store_io_max(IoMax& limit, std::string_view key, std::string_view value)
{
    const std::array<std::pair<std::string_view, Number*>, 4> known{
        {{"rbps", &limit.rbps}, {"wbps", &limit.wbps}, {"riops", &limit.riops}, {"wiops", &limit.wiops}}};
    for (const auto& [name, into] : known) {
        if (name == key) {
            *into = base::parse_uint64(value);
            return into->has_value() || value == "max";
        }
    }
    return true;
}

Result<PressureLine> parse_pressure_line(std::string_view line, std::string_view figures)
{
    PressureLine parsed;
    bool has_total = false;
    for (const std::string_view word : base::words(figures)) {
        const auto [key, value] = base::cut(word, '=');
        double* average = key == "avg10"    ? &parsed.avg10
                          : key == "avg60"  ? &parsed.avg60
                          : key == "avg300" ? &parsed.avg300
                                            : nullptr;
        const auto number = value && average != nullptr ? base::parse_decimal(*value) : std::nullopt;
        if (average != nullptr && !number) {
            return malformed("pressure", line);
        }
        if (average != nullptr) {
            *average = *number;
        }
        if (key == "total") {
            has_total = value && store(base::parse_uint64(*value), parsed.total_usec);
        }
    }
    if (!has_total) {
        return malformed("pressure", line);
    }
    return parsed;
}

} // namespace

Result<CgroupEvents> parse_cgroup_events(std::string_view text)
{
    std::array wanted{Wanted{"populated", {}, true}, Wanted{"frozen"}};
    if (auto read = read_flat_keyed("cgroup.events", text, wanted); !read) {
        return std::unexpected(std::move(read.error()));
    }
    const auto frozen = wanted[1].value;
    return CgroupEvents{*wanted[0].value != 0, frozen ? std::optional(*frozen != 0) : std::nullopt};
}

Result<MemoryEvents> parse_memory_events(std::string_view text)
{
    std::array wanted{Wanted{"oom", {}, true}, Wanted{"oom_kill", {}, true}, Wanted{"low"}, Wanted{"high"},
                      Wanted{"max"},           Wanted{"oom_group_kill"}};
    if (auto read = read_flat_keyed("memory.events", text, wanted); !read) {
        return std::unexpected(std::move(read.error()));
    }
    return MemoryEvents{*wanted[0].value, *wanted[1].value, wanted[2].value,
                        wanted[3].value,  wanted[4].value,  wanted[5].value};
}

Result<CpuStat> parse_cpu_stat(std::string_view text)
{
    std::array wanted{Wanted{"usage_usec", {}, true}, Wanted{"user_usec", {}, true}, Wanted{"system_usec", {}, true},
                      Wanted{"nr_periods"},           Wanted{"nr_throttled"},        Wanted{"throttled_usec"}};
    if (auto read = read_flat_keyed("cpu.stat", text, wanted); !read) {
        return std::unexpected(std::move(read.error()));
    }
    return CpuStat{*wanted[0].value, *wanted[1].value, *wanted[2].value,
                   wanted[3].value,  wanted[4].value,  wanted[5].value};
}

Result<std::vector<IoStat>> parse_io_stat(std::string_view text)
{
    std::vector<IoStat> devices;
    auto read = read_nested_keyed(
        "io.stat", text, [&](DeviceNumber device) { devices.emplace_back().device = device; },
        [&](auto key, auto value) { return store_io_stat(devices.back(), key, value); });
    if (!read) {
        return std::unexpected(std::move(read.error()));
    }
    return devices;
}

Result<IoStat> parse_io_stat_total(std::string_view text)
{
    IoStat total;
    const auto add = [&](auto key, auto value) {
        IoStat one;
        const bool stored = store_io_stat(one, key, value);
        total.rbytes += one.rbytes;
        total.wbytes += one.wbytes;
        total.rios += one.rios;
        total.wios += one.wios;
        return stored;
    };
    auto read = read_nested_keyed(
        "io.stat", text, [](DeviceNumber) {}, add);
    if (!read) {
        return std::unexpected(std::move(read.error()));
    }
    return total;
}

Result<PidsEvents> parse_pids_events(std::string_view text)
{
    std::array wanted{Wanted{"max", {}, true}};
    if (auto read = read_flat_keyed("pids.events", text, wanted); !read) {
        return std::unexpected(std::move(read.error()));
    }
    return PidsEvents{*wanted[0].value};
}

Result<Pressure> parse_pressure(std::string_view text)
{
    std::optional<PressureLine> some, full;
    for (const std::string_view line : base::lines(text)) {
        const auto [kind, figures] = base::cut(line, ' ');
        if (kind != "some" && kind != "full") {
            continue;
        }
        const auto parsed = parse_pressure_line(line, figures.value_or(""));
        if (!parsed) {
            return std::unexpected(parsed.error());
        }
        (kind == "some" ? some : full) = *parsed;
    }
    if (!some) {
        return missing("pressure", "some");
    }
    return Pressure{*some, full};
}

Result<CpuMax> parse_cpu_max(std::string_view text)
{
    const std::string_view line = base::trim(text);
    const auto [quota, period] = base::cut(line, ' ');
    CpuMax parsed{base::parse_uint64(quota)};
    const bool has_period = period && store(base::parse_uint64(*period), parsed.period_usec);
    if (!has_period || parsed.period_usec == 0 || (!parsed.quota_usec && quota != "max")) {
        return malformed("cpu.max", line);
    }
    return parsed;
}

std::string format_cpu_max(double cpus)
{
    constexpr double period = 100000, least = 1000;
    return fmt::format("{:.0f} {:.0f}", std::max(std::round(cpus * period), least), period);
}

Result<std::vector<IoMax>> parse_io_max(std::string_view text)
{
    std::vector<IoMax> devices;
    auto read = read_nested_keyed(
        "io.max", text, [&](DeviceNumber device) { devices.emplace_back().device = device; },
        [&](auto key, auto value) { return store_io_max(devices.back(), key, value); });
    if (!read) {
        return std::unexpected(std::move(read.error()));
    }
    return devices;
}

std::string format_io_max(DeviceNumber device, const IoLimit& limit)
{
    const auto rate = [](Number value) { return value ? fmt::format_int(*value).str() : "max"; };
    return fmt::format("{} rbps={} wbps={} riops={} wiops={}", to_string(device), rate(limit.rbps), rate(limit.wbps),
                       rate(limit.riops), rate(limit.wiops));
}

Result<std::optional<std::uint64_t>> parse_value(std::string_view text)
{
    const std::string_view value = base::trim(text);
    const auto number = base::parse_uint64(value);
    if (!number && value != "max") {
        return malformed("value", value);
    }
    return number;
}

} // namespace hutch::kernel

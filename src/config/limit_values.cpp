// Values of all limits but I/O (io_values.cpp); see limit_values.h.
#include "config/limit_values.h"

#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::config
{
namespace
{

constexpr std::uint64_t most_pids = 4'194'304; // PID_MAX_LIMIT, include/linux/threads.h: pids.max refuses more
constexpr std::uint64_t least_open_files = 4;
constexpr std::uint64_t most_open_files = 1'073'741'816; // sysctl_nr_open_max on 64 bit: setrlimit(2) refuses more
constexpr Microseconds least_time = Milliseconds(1);

/// A value, or "not limited".
template <class T> using Maybe = Result<std::optional<T>>;

template <class T> Result<Limits> with(Limits limits, std::optional<Setting<T>> Limits::*limit, const Maybe<T>& value)
{
    if (!value) {
        return std::unexpected(value.error());
    }
    limits.*limit = *value ? std::optional(Setting<T>{**value, Origin::asked}) : std::nullopt;
    return limits;
}

bool takes_away(std::string_view value)
{
    return value == "max" || value == "infinity" || value == "unlimited";
}

/// The parser's error under the key that the user wrote.
template <class T> Maybe<T> parsed(const Given& given, Result<T> value)
{
    if (!value) {
        return usage_error(fmt::format("{}: {}", given.key, value.error().message));
    }
    return std::optional<T>(*value);
}

Maybe<Bytes> memory(const Given& given)
{
    if (takes_away(given.value)) {
        return std::nullopt;
    }
    auto value = parsed(given, parse_bytes(given.value, given.ram));
    if (value && **value < memory_floor) {
        return refuse(given, fmt::format("the least is {}: with less the kernel kills the test before it is executed",
                                         format_bytes(memory_floor)));
    }
    return value;
}

Maybe<Bytes> size(const Given& given)
{
    if (takes_away(given.value)) {
        return std::nullopt;
    }
    return parsed(given, parse_bytes(given.value));
}

Maybe<double> cpus(const Given& given)
{
    if (takes_away(given.value)) {
        return std::nullopt;
    }
    return parsed(given, parse_cpus(given.value));
}

/// "50000 100000", as cpu.max has it: microseconds of CPU time in each period. `max 100000` is no limit.
Maybe<double> quota_and_period(const Given& given, std::string_view quota_text, std::string_view period_text)
{
    const auto period = base::parse_uint64(period_text);
    if (!period || *period < 1'000 || *period > 1'000'000) {
        return refuse(given, "the period is 1000 to 1000000 µs: '50000 100000' is half a CPU");
    }
    if (quota_text == "max") {
        return std::nullopt;
    }
    const auto quota = base::parse_uint64(quota_text);
    if (!quota) {
        return refuse(given, "the quota is a number of µs: '50000 100000' is half a CPU");
    }
    if (*quota < 1'000) {
        return refuse(given, "the least quota is 1000 µs: the kernel refuses less");
    }
    // Through the same door as "0.5", so that both have the same bounds.
    return parsed(given, parse_cpus(fmt::format("{:.6f}", static_cast<double>(*quota) / static_cast<double>(*period))));
}

Maybe<Microseconds> duration(const Given& given)
{
    if (takes_away(given.value)) {
        return std::nullopt;
    }
    auto value = parsed(given, parse_duration(given.value));
    if (value && **value < least_time) {
        return refuse(given, "the least is 1 ms, which is how exact the clocks are; 'max' is not limited");
    }
    return value;
}

struct Bound {
    std::uint64_t value;
    std::string_view why;
};

Maybe<std::uint64_t> count(const Given& given, Bound least, Bound most)
{
    if (takes_away(given.value)) {
        return std::nullopt;
    }
    auto value = parsed(given, parse_count(given.value));
    if (value && **value < least.value) {
        return refuse(given, fmt::format("the least is {}: {}", least.value, least.why));
    }
    if (value && **value > most.value) {
        return refuse(given, fmt::format("the most is {}: {}", most.value, most.why));
    }
    return value;
}

/// rlimits are given as "N" or "SOFT:HARD". There is one limit here: a test could raise a lower soft one by itself.
Result<Given> hard_and_soft(const Given& given)
{
    const base::Halves halves = base::cut(given.value, ':');
    if (halves.after && *halves.after != halves.before) {
        return refuse(given, "soft and hard limit are the same here: a test could raise the soft one by itself");
    }
    return Given{given.key, halves.before, given.ram};
}

} // namespace

std::unexpected<Error> refuse(const Given& given, std::string_view why)
{
    return usage_error(fmt::format("{} '{}': {}", given.key, given.value, why));
}

Result<Limits> set_memory_max(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::memory_max, memory(given));
}

Result<Limits> set_memory_high(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::memory_high, memory(given));
}

Result<Limits> set_cpus(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::cpus, cpus(given));
}

Result<Limits> set_cpu_max(Limits limits, const Given& given)
{
    const auto words = base::words(given.value).all();
    const auto value = words.size() == 2 ? quota_and_period(given, words[0], words[1]) : cpus(given);
    return with(std::move(limits), &Limits::cpus, value);
}

Result<Limits> set_cpu_quota(Limits limits, const Given& given)
{
    if (!given.value.ends_with('%') && !takes_away(given.value)) {
        return refuse(given, "not a percentage: '50%' is half a CPU");
    }
    return set_cpus(std::move(limits), given);
}

Result<Limits> set_cpu_weight(Limits limits, const Given& given)
{
    constexpr std::string_view range = "cpu.weight is 1 to 10000, and 100 where nothing is said";
    const auto value = count(given, {1, range}, {10'000, range});
    if (!value) {
        return std::unexpected(value.error());
    }
    limits.cpu_weight.reset();
    if (*value) {
        limits.cpu_weight = {static_cast<std::uint32_t>(**value), Origin::asked};
    }
    return limits;
}

Result<Limits> set_cpu_time(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::cpu_time, duration(given));
}

Result<Limits> set_pids_max(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::pids_max,
                count(given, {1, "the test itself is a process"}, {most_pids, "the kernel has no more process ids"}));
}

Result<Limits> set_wall(Limits limits, const Given& given)
{
    return with(std::move(limits), &Limits::wall, duration(given));
}

Result<Limits> set_open_files(Limits limits, const Given& given)
{
    const auto one = hard_and_soft(given);
    if (!one) {
        return std::unexpected(one.error());
    }
    return with(std::move(limits), &Limits::open_files,
                count(*one, {least_open_files, "three standard streams and one for the program loader"},
                      {most_open_files, "the kernel refuses more"}));
}

Result<Limits> set_core_size(Limits limits, const Given& given)
{
    const auto one = hard_and_soft(given);
    return one ? with(std::move(limits), &Limits::core_size, size(*one)) : std::unexpected(one.error());
}

Result<Limits> set_file_size(Limits limits, const Given& given)
{
    const auto one = hard_and_soft(given);
    return one ? with(std::move(limits), &Limits::file_size, size(*one)) : std::unexpected(one.error());
}

} // namespace hutch::config

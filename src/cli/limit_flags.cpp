#include "cli/limit_flags.h"

#include <unistd.h>

#include <map>
#include <span>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/policy_flags.h"
#include "config/limit_options.h"
#include "config/profile.h"
#include "config/traits.h"

namespace hutch::cli {

namespace {

/// Which of config's tables knows the flag.
enum class Spelling {
    option,   ///< apply_option(target, value)
    key,      ///< apply_limit("target=value")
    limit,    ///< apply_limit(value)
    property, ///< apply_property(value)
};

} // namespace

struct LimitFlagRow {
    const char* names;
    const char* type;
    Spelling spelling;
    const char* target; ///< the name in config's table; empty where the value brings it
    const char* help;
};

namespace {

constexpr const char* common_group = "Limits of each test (sizes: K, M, G, % of memory; durations: ms, s, m, h)";
constexpr LimitFlagRow common_rows[] = {
    {"--timeout", "DURATION", Spelling::option, "timeout", "Wall clock; then SIGTERM, after the grace period SIGKILL"},
    {"--cpu-time", "DURATION", Spelling::option, "cpu-time", "CPU time of all its processes together"},
    {"-m,--memory", "SIZE", Spelling::option, "memory", "Memory of all its processes together (memory.max, no swap)"},
    {"--memory-high", "SIZE", Spelling::option, "memory-high", "Slow it down above this (memory.high)"},
    {"--cpus", "N", Spelling::option, "cpus", "CPUs it may use: 0.5, 150% (cpu.max)"},
    {"--cpu-weight", "N", Spelling::option, "cpu-weight", "Share of busy CPUs: 1 to 10000, else 100 (cpu.weight)"},
    {"--pids-limit,--pids", "N", Spelling::option, "pids-limit", "Processes and threads at a time (pids.max)"},
    {"--io", "LIMIT", Spelling::key, "io.max", "Disk: 'wbps=2M', 'PATH rbps=1M riops=100'; repeatable (io.max)"},
    {"--open-files", "N", Spelling::key, "open_files", "Open files, each process"},
    {"--core-size", "SIZE", Spelling::key, "core_size", "Core file, each process"},
    {"--file-size", "SIZE", Spelling::key, "file_size", "Largest file it may write, each process"},
};

constexpr const char* other_group = "Limits as others spell them (repeatable)";
constexpr LimitFlagRow other_rows[] = {
    {"--limit", "KEY=VALUE", Spelling::limit, "", "The kernel's: memory.max=64M"},
    {"-p,--property", "KEY=VALUE", Spelling::property, "", "systemd's: MemoryMax=64M, TasksMax=20. -p NAME: --policy"},
    {"--device-read-bps", "PATH:RATE", Spelling::option, "device-read-bps", "docker's"},
    {"--device-write-bps", "PATH:RATE", Spelling::option, "device-write-bps", "docker's"},
    {"--device-read-iops", "PATH:RATE", Spelling::option, "device-read-iops", "docker's"},
    {"--device-write-iops", "PATH:RATE", Spelling::option, "device-write-iops", "docker's"},
    {"--ulimit", "NAME=VALUE", Spelling::option, "ulimit", "docker's: nofile, core, fsize"},
};

Result<Limits> apply(Limits limits, const LimitFlagRow& row, const std::string& value)
{
    switch (row.spelling) {
    case Spelling::option:
        return config::apply_option(std::move(limits), row.target, value, machine_memory());
    case Spelling::key:
        return config::apply_limit(std::move(limits), fmt::format("{}={}", row.target, value), machine_memory());
    case Spelling::limit:
        return config::apply_limit(std::move(limits), value, machine_memory());
    case Spelling::property:
        break;
    }
    if (names_policy(value)) {
        return limits; // PolicyFlags reads it
    }
    return config::apply_property(std::move(limits), value, machine_memory());
}

/// One value each time it is given: "--io a --io b", never "--io a b".
CLI::Option* add_repeatable(CLI::App& command, const LimitFlagRow& row, const char* group)
{
    return command.add_option(row.names, row.help)
        ->type_name(row.type)
        ->type_size(1)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group(group);
}

} // namespace

void LimitFlags::add_to(CLI::App& command)
{
    command_ = &command;
    for (const LimitFlagRow& row : common_rows) {
        flags_.push_back({add_repeatable(command, row, common_group), &row});
    }
    command.add_option("--grace", grace_, "Time between SIGTERM and SIGKILL (default 5s)")
        ->type_name("DURATION")
        ->group(common_group);
    command.add_option("--profile", profile_, "fast, standard, slow, intensive or critical; also HUTCH_PROFILE")
        ->type_name("NAME")
        ->group(common_group);
    command.add_flag("--no-limits", no_limits_, "No limit but those on the command line")->group(common_group);
    command.add_flag("--safe-mode", safe_mode_, "512 MB, 30 s CPU time, 256 open files, 64 processes")
        ->group(common_group);
    for (const LimitFlagRow& row : other_rows) {
        flags_.push_back({add_repeatable(command, row, other_group), &row});
    }
}

Result<Limits> LimitFlags::start(Base base) const
{
    if (int{no_limits_} + int{safe_mode_} + int{!profile_.empty()} > 1) {
        return usage_error("--profile, --no-limits and --safe-mode exclude each other");
    }
    if (no_limits_) {
        return config::no_limits();
    }
    if (safe_mode_) {
        return config::safe_mode_limits();
    }
    const std::string named = named_profile();
    if (!named.empty()) {
        return config::profile_limits(named, Origin::asked);
    }
    return base == Base::nothing ? config::no_limits()
                                 : config::profile_limits(config::default_profile, Origin::profile);
}

std::string LimitFlags::named_profile() const
{
    return flag_or_variable(profile_, "HUTCH_PROFILE");
}

bool LimitFlags::replaces() const
{
    return no_limits_ || safe_mode_ || !named_profile().empty();
}

Result<Limits> LimitFlags::limits(Base base) const
{
    return with_flags(start(base));
}

Result<Limits> LimitFlags::limits_of(const Traits& traits, Base base) const
{
    if (replaces()) {
        return limits(base);
    }
    auto limits = traits.profile ? config::profile_limits(*traits.profile, Origin::asked) : start(base);
    if (limits) {
        limits = config::limits_over(*std::move(limits), traits.limits);
    }
    return with_flags(std::move(limits));
}

Result<Limits> LimitFlags::with_flags(Result<Limits> limits) const
{
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* option : order_of_last_parse(*command_)) {
        const auto flag = std::ranges::find(flags_, option, &Flag::option);
        if (!limits || flag == flags_.end()) {
            continue;
        }
        limits = apply(std::move(*limits), *flag->row, option->results().at(taken[option]++));
    }
    if (limits && !grace_.empty()) {
        const auto grace = parse_duration(grace_);
        if (!grace) {
            return std::unexpected(grace.error());
        }
        limits->grace = *grace;
    }
    return limits;
}

Bytes machine_memory()
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_size > 0 ? static_cast<Bytes>(pages) * static_cast<Bytes>(page_size) : 0;
}

} // namespace hutch::cli

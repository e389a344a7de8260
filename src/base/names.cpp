// The stable names of include/hutch's enumerations, and what a set of limits sets. A name is its enumerator's,
// always: events, reports and stores of other versions depend on it.
#include <array>

#include "hutch/limits.h"
#include "hutch/outcome.h"

namespace hutch {

namespace {

template <class T> bool is_asked(const std::optional<Setting<T>>& setting)
{
    return setting && setting->origin == Origin::asked;
}

} // namespace

std::string_view to_string(Resource resource)
{
    switch (resource) {
    case Resource::memory:
        return "memory";
    case Resource::memory_high:
        return "memory_high";
    case Resource::cpu:
        return "cpu";
    case Resource::cpu_weight:
        return "cpu_weight";
    case Resource::cpu_time:
        return "cpu_time";
    case Resource::pids:
        return "pids";
    case Resource::io:
        return "io";
    case Resource::wall:
        return "wall";
    case Resource::open_files:
        return "open_files";
    case Resource::core_size:
        return "core_size";
    case Resource::file_size:
        return "file_size";
    }
    return "?";
}

std::string_view to_string(Enforcer enforcer)
{
    switch (enforcer) {
    case Enforcer::cgroup:
        return "cgroup";
    case Enforcer::rlimit:
        return "rlimit";
    case Enforcer::watchdog:
        return "watchdog";
    case Enforcer::none:
        return "none";
    }
    return "?";
}

std::string_view to_string(Verdict verdict)
{
    switch (verdict) {
    case Verdict::pass:
        return "pass";
    case Verdict::fail:
        return "fail";
    case Verdict::skip:
        return "skip";
    case Verdict::planned:
        return "planned";
    case Verdict::timeout:
        return "timeout";
    case Verdict::oom:
        return "oom";
    case Verdict::limit:
        return "limit";
    case Verdict::crash:
        return "crash";
    case Verdict::denied:
        return "denied";
    case Verdict::leak:
        return "leak";
    case Verdict::error:
        return "error";
    case Verdict::cancelled:
        return "cancelled";
    case Verdict::flaky:
        return "flaky";
    case Verdict::blocked:
        return "blocked";
    }
    return "?";
}

std::string_view to_string(Cause cause)
{
    constexpr std::array<std::string_view, cause_count> names{
        "exit_zero",       "exit_skip",       "exit_hard_error",  "exit_nonzero",    "died_by_signal", "wall_clock",     "cpu_time",
        "memory_own",      "memory_watchdog", "memory_enclosing", "memory_machine",  "pids_max",       "pids_watchdog",  "denied_syscall",
        "leaked",          "not_started",     "unkillable",       "cancelled",       "case_failed",    "protocol_broken", "file_skipped",
        "cases_planned",   "output_fail",     "output_pass",      "output_no_pass",  "output_skip",    "expected_failure", "unexpected_pass",
        "said_skip",       "said_planned",    "dependency",       "not_available"};
    return names.at(static_cast<std::size_t>(cause));
}

bool is_success(Verdict verdict)
{
    return verdict == Verdict::pass || verdict == Verdict::skip || verdict == Verdict::planned ||
           verdict == Verdict::flaky;
}

namespace {

/// Whether `resource` is set (and asked for, if only that counts).
bool is_set(const Limits& limits, Resource resource, bool asked_only)
{
    const auto set = [asked_only](const auto& setting) { return asked_only ? is_asked(setting) : setting.has_value(); };
    switch (resource) {
    case Resource::memory:
        return set(limits.memory_max);
    case Resource::memory_high:
        return set(limits.memory_high);
    case Resource::cpu:
        return set(limits.cpus);
    case Resource::cpu_weight:
        return set(limits.cpu_weight);
    case Resource::cpu_time:
        return set(limits.cpu_time);
    case Resource::pids:
        return set(limits.pids_max);
    case Resource::io:
        return set(limits.io) && !limits.io->value.empty();
    case Resource::wall:
        return set(limits.wall);
    case Resource::open_files:
        return set(limits.open_files);
    case Resource::core_size:
        return set(limits.core_size);
    case Resource::file_size:
        return set(limits.file_size);
    }
    return false;
}

} // namespace

std::vector<Resource> limited(const Limits& limits)
{
    std::vector<Resource> resources;
    for (std::size_t i = 0; i < resource_count; ++i) {
        const auto resource = static_cast<Resource>(i);
        if (is_set(limits, resource, false)) {
            resources.push_back(resource);
        }
    }
    return resources;
}

bool asked_for(const Limits& limits, Resource resource)
{
    return is_set(limits, resource, true);
}

} // namespace hutch

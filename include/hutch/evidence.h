// What was observed of one attempt, before anyone judges it. A fact that is not known stays empty.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hutch/limits.h"
#include "hutch/outcome.h"

namespace hutch {

/// How the first process ended, as waitid(2) tells.
struct ExitStatus {
    std::optional<int> code;   ///< exit(code)
    std::optional<int> signal; ///< killed by this signal
    bool core_dumped = false;
    bool operator==(const ExitStatus&) const = default;
};

/// Why the runner stopped a test by itself. The first reason wins.
enum class StopReason { wall_clock, cpu_time, memory_watchdog, pids_watchdog, cancelled };

/// memory.events.local of the scope, and the same counters of what stands above it.
struct OomFacts {
    std::uint64_t own_oom = 0;       ///< memory.events.local: oom
    std::uint64_t own_oom_kill = 0;  ///< memory.events.local: oom_kill
    bool enclosing_oom = false;      ///< an ancestor's memory.events.local: oom rose while the test ran
    bool operator==(const OomFacts&) const = default;
};

/// Which of the test's expressions (ExitRules) match what it wrote.
struct OutputMatches {
    bool skip = false, fail = false, pass = false;
    bool operator==(const OutputMatches&) const = default;
};

struct Evidence {
    std::optional<ExitStatus> exit;       ///< unset: never started, or never ended
    std::optional<StopReason> stopped;    ///< hutch signalled the test, for this reason
    std::string start_failure;            ///< prepare, spawn, admission or exec went wrong: how; else empty
    std::string unkillable;               ///< still populated at the end: /proc state of what is left; else empty
    std::optional<OomFacts> oom;          ///< unset: no memory controller here
    std::optional<std::uint64_t> pids_max_hits; ///< pids.events(.local) max; unset: no pids controller
    std::vector<Leak> leaked;
    std::size_t leaked_count = 0;
    std::string policy;                ///< as in Outcome, like those that follow
    Held isolation;
    bool filtered = false;             ///< a seccomp filter was in force: a SIGSYS is its doing
    std::vector<DeniedCall> denied;
    std::size_t denied_count = 0;
    std::vector<std::string> tampered; ///< limits or membership that are not as they were written
    std::shared_ptr<const CaseReport> cases; ///< null: no protocol but the exit code
    OutputMatches matches;
    Usage usage;
    Enforced enforced;
    Microseconds duration{0};
};

} // namespace hutch

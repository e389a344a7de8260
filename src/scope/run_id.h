// The identity of a run, and the names that carry it. "Is its owner alive?" is answered from it alone, which is what
// lets a later run remove what a crashed one left, and never what a living one uses. Looks at /proc; never signals or
// removes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/error.h"

namespace hutch::scope {

/// "1f0c8a3e-4711-90125": boot, process and start time of the runner.
struct RunId {
    std::string boot;             ///< first 8 hex digits of /proc/sys/kernel/random/boot_id
    int pid = 0;                  ///< as seen in the runner's PID namespace
    std::uint64_t start_time = 0; ///< /proc/PID/stat, field 22: ticks since boot
    auto operator<=>(const RunId&) const = default;

    std::string text() const;       ///< "1f0c8a3e-4711-90125": HUTCH_RUN_ID
    std::string node_name() const;  ///< "hutch-1f0c8a3e-4711-90125": a directory of cgroups, or of temporary files
    std::string scope_name() const; ///< node_name() + ".scope"
    /// "hutch-1f0c8a3e_4711_90125.slice": a '-' in the name of a slice would mean nesting.
    std::string slice_name() const;
};

/// The identity of a run that this process owns.
Result<RunId> own_run_id();

/// The whole of `text`, and nothing but digits where digits belong: "007" and "+7" are no numbers of ours.
std::optional<RunId> parse_run_id(std::string_view text);

/// The run that a directory or unit belongs to: "hutch-ID", "hutch-ID.scope", "hutch-ID-t-17.scope", "hutch-I_D.slice".
/// Unset for all else, "hutch-payload" and "hutch.slice" among it.
std::optional<RunId> run_id_in_name(std::string_view name);

/// Whether the runner still lives: same boot, the process exists, is no zombie, and has that start time. What cannot
/// be found out counts as alive.
bool owner_alive(const RunId& id);

} // namespace hutch::scope

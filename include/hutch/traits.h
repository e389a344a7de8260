// What is said of a test before it runs: by comment lines at its head, by patterns of the project file, by a build system.
// One shape for all three, so that one may be laid over the other (`config::overlaid()`): docs/metadata.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hutch/limits.h"
#include "hutch/policy.h"

namespace hutch {

/// @Isolation: how far a test is kept apart.
enum class Apart { none, process, container };

/// Unset and empty: nothing is said.
struct Traits {
    Limits limits = nothing_limited();     ///< only what was said, asked for; `profile` is not used
    std::optional<std::string> profile;    ///< one of the five resource profiles
    std::optional<std::string> policy;     ///< a policy's name, or a file
    std::optional<unsigned> priority;      ///< 0 (P0, first) to 3 (P3)
    std::vector<std::string> tags;         ///< each once
    std::vector<std::string> depends_on;   ///< as written: paths relative to the file that says so, or names of tests
    std::optional<unsigned> retries;       ///< further attempts after a failure, 0 to 100
    std::optional<Microseconds> retry_delay;
    std::optional<unsigned> ports;         ///< TCP ports to be leased, 1 to 64
    std::optional<Apart> isolation;
    std::optional<Network> network;        ///< none, private or host, over the policy's
    std::optional<bool> exclusive;         ///< nothing else of the run runs beside it
    std::optional<unsigned> slots;         ///< workers that it takes, 1 to 4096
    std::vector<std::string> groups;       ///< at most so many of a group run at a time ([groups] of the project file; else 1)
    std::optional<std::string> skip;       ///< why it is not run; "" for no reason given
    std::optional<std::string> planned;    ///< not written yet: not run, counted apart
    std::optional<bool> slow;              ///< left out unless asked for
    bool operator==(const Traits&) const = default;

    static Limits nothing_limited()
    {
        Limits limits;
        limits.profile.clear();
        return limits;
    }
};

} // namespace hutch

// The flags that limit a test, in the spellings of docker, systemd and the kernel; shared by `hutch run` and `hutch exec`.
// Flags become Limits in the order in which they were given; what a value means is config's business.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "hutch/limits.h"
#include "hutch/traits.h"

namespace hutch::cli {

struct LimitFlagRow; ///< one flag of the table in limit_flags.cpp

class LimitFlags {
  public:
    /// Where the limits start from when no flag says anything.
    enum class Base {
        default_profile, ///< `hutch run`
        nothing,         ///< `hutch exec`: like systemd-run, only what is asked for
    };

    /// Adds the flags to `command`, which must live as long as this.
    void add_to(CLI::App& command);
    Result<Limits> limits(Base base) const;
    /// The flags over what is said of a test: a profile, --no-limits or --safe-mode among them replace all of that; else the test's
    /// profile, or `base`, with its limits, is what they are laid over.
    Result<Limits> limits_of(const Traits& traits, Base base) const;

  private:
    struct Flag {
        CLI::Option* option;
        const LimitFlagRow* row;
    };

    Result<Limits> start(Base base) const;
    Result<Limits> with_flags(Result<Limits> limits) const;
    bool replaces() const;
    std::string named_profile() const;

    CLI::App* command_ = nullptr;
    std::vector<Flag> flags_;
    std::string profile_;
    std::string grace_;
    bool no_limits_ = false;
    bool safe_mode_ = false;
};

/// The machine's memory, what "25%" is a part of.
Bytes machine_memory();

} // namespace hutch::cli

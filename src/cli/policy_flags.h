// The flags that choose a policy and change single keys of it; shared by `hutch run` and `hutch exec`. Flags are laid over the policy in
// the order in which they were given; what a key means is config's business.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/policy_file.h"
#include "hutch/policy.h"
#include "hutch/session.h"
#include "hutch/traits.h"

namespace hutch::cli {

struct PolicyFlagRow; ///< one flag of the table in policy_flags.cpp

/// The policy of those who name none. The one place that says so.
std::string_view implicit_policy_name();

/// The project's policies/ below `cwd`, the user's, and the calls that kernel/ knows.
config::PolicyPlaces policy_places(const std::string& cwd);

class PolicyFlags {
  public:
    /// Adds the flags to `command`, which must live as long as this. -p is LimitFlags' (systemd's -p KEY=VALUE): those of its
    /// values that name a policy are read here.
    void add_to(CLI::App& command);
    /// The same without those that name a policy.
    void add_changes_to(CLI::App& command);

    /// Whether any flag changes the policy.
    bool given() const;
    /// `loaded`, changed by the flags.
    Result<config::LoadedPolicy> changed(config::LoadedPolicy loaded, const std::string& cwd) const;

    /// The policy that was named, by flag or HUTCH_POLICY: all its features are asked for. Else the implicit one: none is. A
    /// flag asks for the features that it touches. With Isolation::off: trusted, whatever was named; what is wrong is an
    /// error all the same.
    Result<Policy> policy(const std::string& cwd, Isolation isolation) const;
    /// The same for a test of which something is said: its policy counts where no flag and no variable names one, and then its
    /// network, too; both are asked for.
    Result<Policy> policy_of(const Traits& traits, const std::string& cwd, Isolation isolation) const;

  private:
    struct Flag {
        CLI::Option* option;
        const PolicyFlagRow* row;
    };

    void add(CLI::App& command, const PolicyFlagRow& row);
    std::string named() const;

    CLI::App* command_ = nullptr;
    std::vector<Flag> flags_;
};

/// Whether a value of -p names a policy: "strict", "./a=b.toml"; a limit is "MemoryMax=64M".
bool names_policy(std::string_view value);

} // namespace hutch::cli

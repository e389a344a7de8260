// A policy by its name: where it is looked for, what it inherits, what the command line changes, and where each value came from. Reads
// policy files only; what the machine can give is not known here.
//
// Errors are usage errors that begin with FILE:LINE:COLUMN: and carry the nearest known name as the hint.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/policy_value.h"
#include "hutch/error.h"
#include "hutch/policy.h"

namespace hutch::config {

/// Where a name is looked for, after the built-in ones. A name with a slash, or that ends in .toml, is a file.
struct PolicyPlaces {
    std::string project; ///< a directory of NAME.toml: policies/ of the project; "": none
    std::string user;    ///< the user's, ~/.config/hutch/policies; "": none
    std::string base;    ///< relative files begin here; "": the working directory
    /// Whether there is such a system call, argument rule or @group; the error's hint is the nearest one. Empty: every name is
    /// taken, and kernel/ will say.
    std::function<Result<void>(std::string_view)> check_call = {};
    bool files = true; ///< false: only built-in policies are read, whatever a text inherits
};

/// A policy's text, and what it is called.
struct PolicyText {
    std::string name;
    std::string source; ///< the file; "": built-in
    std::string text;
    /// "built-in policy 'strict'", or the file: for messages.
    std::string label() const;
};
Result<PolicyText> find_policy_text(std::string_view name, const PolicyPlaces& places = {});

struct ValueOrigin {
    std::string from;       ///< PolicyText::label(), or the flag
    std::uint32_t line = 0; ///< 0: none
    bool operator==(const ValueOrigin&) const = default;
};

struct LoadedPolicy {
    Policy policy;
    std::vector<std::string> chain;                       ///< labels, what is inherited first
    std::map<std::string, ValueOrigin, std::less<>> from; ///< key → where its value was written; absent: nowhere
};

/// All features have Origin::profile. At most 16 policies inherit from each other; a cycle is an error.
Result<LoadedPolicy> load_policy(std::string_view name, const PolicyPlaces& places = {});
Result<LoadedPolicy> load_policy_text(const PolicyText& text, const PolicyPlaces& places = {});

/// load_policy(), less where it came from.
Result<Policy> find_policy(std::string_view name, const PolicyPlaces& places = {});

/// One key, changed by `flag` ("--set"); the features that it touches are then asked for.
Result<LoadedPolicy> with_entry(LoadedPolicy loaded, std::string_view flag, const PolicyEntry& entry,
                                const PolicyPlaces& places = {});
/// "files.tmp=2G", as --set has it.
Result<LoadedPolicy> with_setting(LoadedPolicy loaded, std::string_view flag, std::string_view assignment,
                                  const PolicyPlaces& places = {});

/// To be asked when all flags are in: what they need of other keys. The error is of the flag that needs it.
Result<void> check_flags(const LoadedPolicy& loaded);

/// Names of the policies that load_policy() finds by name, each once: built-in ones, the project's, the user's.
std::vector<std::string> policy_names(const PolicyPlaces& places = {});

} // namespace hutch::config

// Every key of a policy file: its name, what may be its value, the features that it belongs to, how it is set and shown. The one
// table: files, --set, `hutch policy show` and the document's test read it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/policy_value.h"
#include "hutch/policy.h"

namespace hutch::config {

struct PolicyKey {
    std::string_view name; ///< "files.tmp"
    std::string_view type; ///< "size or false", as docs/policies.md has it
    std::string_view range;
    std::optional<Feature> feature; ///< what fails closed when the key was asked for; unset: nothing can fail
    Judged<Policy> (*set)(Policy, const PolicyValue&);
    std::string (*show)(const Policy&); ///< the value, as TOML
    std::optional<Feature> also = {};   ///< a second feature
};

/// In the order of reports. `description` and `inherits` are not among them: they are no part of what a test may do.
std::span<const PolicyKey> policy_keys();
const PolicyKey* find_policy_key(std::string_view name);

/// "unknown key 'files.tpm'" with the nearest one; limits, which are not a policy's, are told so.
std::unexpected<Complaint> unknown_policy_key(const PolicyEntry& entry);

/// "namespaces", "files", …
bool is_policy_section(std::string_view name);

} // namespace hutch::config

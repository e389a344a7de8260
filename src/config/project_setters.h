// From a value of hutch.toml to a new TableDraft, one function for each kind of key. Ranges are checked here or in what is asked
// (trait_values.h, limit_options.h). Pure.
#pragma once

#include "config/project_keys.h"

namespace hutch::config {

using Draft = Judged<TableDraft>;

/// A default of `hutch run`: the key's kind says what is good, the flag will say the rest.
Draft set_flag(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_paths(TableDraft draft, const TomlNode& node, const KeyContext& context);

Draft set_name(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_match(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_command(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_teardown(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_protocol(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_skip_exit_codes(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_environment(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_executable(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_ignore(TableDraft draft, const TomlNode& node, const KeyContext& context);

Draft set_limit(TableDraft draft, const TomlNode& node, const KeyContext& context);  ///< KeyContext::key says which
Draft set_limits(TableDraft draft, const TomlNode& node, const KeyContext& context); ///< the table of them

Draft set_profile(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_policy(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_priority(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_tags(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_depends_on(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_retries(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_retry_delay(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_ports(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_isolation(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_test_network(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_exclusive(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_slots(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_groups(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_skip(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_planned(TableDraft draft, const TomlNode& node, const KeyContext& context);
Draft set_slow(TableDraft draft, const TomlNode& node, const KeyContext& context);

} // namespace hutch::config

// The user's own defaults, ~/.config/hutch/config.toml: the [run] of hutch.toml without `paths`, and [simple]. Reads that file only.
// Errors are as in project.h.
#pragma once

#include <string>
#include <string_view>

#include "config/project.h"

namespace hutch::config {

/// `file` and `directory` of the Project are empty: it has none.
Result<Project> read_user_file(std::string_view text, const std::string& file, Bytes ram);

/// config.toml in `directory` (the user's ~/.config/hutch); without one, and for "", an empty Project.
Result<Project> find_user_file(const std::string& directory, Bytes ram);

/// The project's words over the user's: each flag of [run] as a whole, each trait by itself (a limit of the user's stays where the
/// project says nothing of that limit), [simple] as a whole.
Project over_user(Project project, const Project& user);

} // namespace hutch::config

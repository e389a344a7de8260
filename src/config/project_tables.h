// The tree of a project file → a Project. Pure: what the file is called and where it is, its readers know (project.cpp, user_file.cpp).
#pragma once

#include <string>

#include "config/project.h"
#include "config/toml_tree.h"

namespace hutch::config {

struct ProjectContext {
    Bytes ram;             ///< what percentages are parts of
    std::string directory; ///< relative paths of [run] are made absolute with it; "": they stay
    bool is_user = false;  ///< the user's own file: only [run] and [simple]
};

/// Sets all but `file` and `directory`.
Judged<Project> project_in(const TomlNode& root, const ProjectContext& context);

/// "FILE:LINE:COLUMN: message".
std::unexpected<Error> project_error(const std::string& file, const Complaint& complaint);

} // namespace hutch::config

// Where the project file is. Reads it and looks at the directories above it; never into a directory, and never a file, that somebody
// else than root and the user owns: whoever can write hutch.toml there decides what `hutch run` executes.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "hutch/error.h"

namespace hutch::config {

struct ConfigText {
    std::string text; ///< cut off beyond what a file may have: its reader says that it is too much
    uid_t owner = 0;
};

/// Unset: there is none. What is there and cannot be read, or is no regular file (a FIFO would be waited for), is a usage error.
Result<std::optional<ConfigText>> read_config_file(const std::string& path);

struct FoundProject {
    std::string file; ///< absolute; "": there is none
    std::string directory; ///< of the project; without one, where the search began
    std::string text;
    /// A project file that was not read, because it or its directory is somebody else's: the search ended there. For a notice.
    std::string passed_over;
};

/// As config::find_project() looks for it, for the user `uid`. A directory of somebody else ends the search. File systems are crossed: a build directory is often on another one.
Result<FoundProject> look_for_project(const std::string& cwd, const std::string& home, uid_t uid);

} // namespace hutch::config

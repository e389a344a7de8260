// The project file, hutch.toml: which files are tests and how they are run, what patterns say of them, defaults of `hutch run`, groups,
// set-up and tear-down. Text → Project; reads the file itself and nothing else. docs/project-file.md has every key.
//
// Errors are usage errors that begin with FILE:LINE:COLUMN: and carry the nearest known key as the hint.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hutch/cases.h"
#include "hutch/error.h"
#include "hutch/traits.h"

namespace hutch::config {

/// One row of the runner table: files that fit a pattern are tests, and are run so.
struct RunnerRule {
    std::string name;                     ///< unique, for `hutch list --explain`
    std::vector<std::string> patterns;    ///< base/glob.h, of the path below the project's directory
    /// argv; {file} is the absolute path, {dir} its directory, {name} its name, {project} the project's directory. Empty: the file is
    /// executed itself. Without any {file}, it is added last.
    std::vector<std::string> command;
    Protocol protocol = Protocol::exit;
    std::vector<int> skip_exit_codes = {77};
    std::vector<std::string> environment; ///< "K=V"
    bool executable_only = false;         ///< only files with the x bit
    bool ignore = false;                  ///< such files are no tests
    Traits traits;
    std::uint32_t line = 0;               ///< in the file; 0: built-in
};

/// What is said of all tests that fit a pattern; all that fit count, the later over the earlier.
struct Override {
    std::vector<std::string> patterns; ///< of the test's name
    Traits traits;
    std::vector<std::string> environment;
    std::optional<Protocol> protocol;
    std::optional<std::vector<int>> skip_exit_codes;
    std::uint32_t line = 0;
};

/// A command that is run once, before the first of its tests and, `teardown`, after the last; its standard output's KEY=VALUE lines are
/// in their environment.
struct Setup {
    std::string name;
    std::vector<std::string> patterns; ///< the tests that need it
    std::vector<std::string> command;
    std::vector<std::string> teardown; ///< may be empty
    Traits traits;                     ///< limits, profile, policy
    std::uint32_t line = 0;
};

/// Defaults of `hutch run`: a flag's long name with '_' → its value as on the command line, once for each item of a list. Only the
/// names in project.cpp's table; kinds and ranges are the flag's own business.
using RunDefaults = std::vector<std::pair<std::string, std::string>>;

struct Project {
    std::string file;      ///< absolute; "": there is none
    std::string directory; ///< absolute: patterns and commands begin here
    std::vector<std::string> paths; ///< tests are looked for here, when none are named; below `directory`
    RunDefaults run;
    Traits traits;         ///< [run]'s profile, policy, limits, retries …: below every pattern
    std::vector<RunnerRule> runners; ///< before the built-in ones
    std::vector<Override> overrides;
    std::vector<Setup> setups;
    std::map<std::string, unsigned, std::less<>> groups; ///< at most so many at a time, 1 and more
    std::vector<std::string> simple_command; ///< [simple] command: how Simple specs are run; empty: found out
};

inline constexpr std::size_t project_file_limit = std::size_t{1} << 20;

/// `ram` is what percentages are parts of.
Result<Project> read_project(std::string_view text, const std::string& file, Bytes ram);

/// `hutch.toml` or `.config/hutch.toml` in `cwd` or the nearest directory above it that has one, not above a directory with `.git`, nor
/// above `home`, nor into a directory that somebody else but root and we own. Without one: a Project with `directory` = `cwd`.
Result<Project> find_project(const std::string& cwd, const std::string& home, Bytes ram);

/// JSON Schema (draft 2020-12) of the project file, for editors: `hutch list --schema`, docs/hutch.schema.json.
std::string project_schema();

} // namespace hutch::config

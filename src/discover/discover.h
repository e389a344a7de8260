// Step 1: the paths on the command line → test files, in a stable order. A file that is named is taken, whatever it
// is called, if anything tells how to run it; below a directory, the runner table says which files are tests. Nothing is run here, and
// nothing is resolved through PATH.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/project.h"
#include "hutch/error.h"
#include "hutch/test.h"

namespace hutch::discover
{

struct DiscoverOptions {
    std::string cwd; ///< absolute: relative paths start here, and names below it are shown relative to it
    const config::Project& project;
    std::string simple_binary = {}; ///< $SIMPLE_BINARY
    Bytes ram = 0;                  ///< what percentages in comment lines are parts of
};

/// In the order of `paths`; below a directory bytewise by path, whatever the locale and the order on disk. A file
/// that is reached twice counts once. Commands have absolute paths. A path that does not exist, is no file, or cannot
/// be run is a usage error, and so is a comment line that says something impossible (FILE:LINE:COLUMN); a directory without tests is
/// none: whether nothing at all was found is the caller's question.
Result<std::vector<TestFile>> discover(std::span<const std::string> paths, const DiscoverOptions& options);

/// "./a//b/" → "a/b", "/cwd/a" → "a", "/cwd" → "."; ".." is kept, because behind a link it is not what it seems.
std::string shown_path(std::string_view path, std::string_view cwd);

} // namespace hutch::discover

// The executable files below a directory. Responsible for what a walk sees and what it passes over; it never reads a
// file's content and never says how one is run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"

namespace hutch::discover
{

/// Passed over inside directories, whatever they hold: hidden names, directories that tools fill (node_modules,
/// __pycache__, CMakeFiles), back-up copies and shared libraries (the linker sets their x bit).
bool is_passed_over(std::string_view name, bool is_directory);

/// Paths relative to `root` of the regular files that this process may execute, in bytewise order. Symbolic links to
/// files count, links to directories are not followed: no cycle, and nothing outside `root`. What vanishes during the
/// walk is passed over; what cannot be read is an error: a test that is silently not seen would be a false success.
Result<std::vector<std::string>> executables_below(const std::string& root);

} // namespace hutch::discover

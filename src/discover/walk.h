// The files below a directory. Responsible for what a walk sees and what it passes over; it never reads a file's content and
// never says whether one is a test.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"

namespace hutch::discover
{

/// Passed over inside directories, whatever they hold: hidden names, directories that tools fill (node_modules,
/// __pycache__, CMakeFiles), back-up copies and shared libraries (the linker sets their x bit).
bool is_passed_over(std::string_view name, bool is_directory);

/// What is asked of each file: its path below the root, and whether this process may execute it.
using Wants = std::function<bool(std::string_view below, bool executable)>;

/// A file that was wanted.
struct Found {
    std::string below; ///< relative to the root
    bool executable = false;
};

/// The regular files below `root` that are wanted, in bytewise order of their paths. Symbolic links to
/// files count, links to directories are not followed: no cycle, and nothing outside `root`. What vanishes during the
/// walk is passed over; what cannot be read is an error: a test that is silently not seen would be a false success.
Result<std::vector<Found>> files_below(const std::string& root, const Wants& wants);

} // namespace hutch::discover

// What a test changed in its work tree, where its policy keeps that (WorkTree::overlay_keep): the upper directory of its overlay becomes a
// directory of its own below the policy's. Deleted files are in it as overlayfs has them: character devices 0/0.
#pragma once

#include <string>

#include "hutch/error.h"
#include "hutch/test.h"

namespace hutch::run {

/// Whether there is anything to keep of tests like this one.
bool keeps_changes(const TestSpec& test);

/// Moves it to KEEP_DIR/NAME, or NAME.2 and so on for later attempts; '/' in the name becomes '_'. What stood there is replaced. The two
/// have to be on one file system; the Error says so.
Result<void> keep_changes(const TestSpec& test, int attempt, const std::string& attempt_dir);

} // namespace hutch::run

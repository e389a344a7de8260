// A build directory → its suite, by asking the build system itself. Runs ctest and meson, and reads their files; never builds
// anything and never runs a test.
#pragma once

#include <string>

#include "discover/suite.h"
#include "hutch/error.h"

namespace hutch::discover
{

/// By `ctest --show-only=json-v1` in `build_dir`, with `-C configuration` unless that is empty. A directory that is no build tree, and one
/// with several configurations of which none was chosen, are usage errors.
Result<Suite> ctest_suite(const std::string& build_dir, const std::string& configuration = "");

/// By `meson runpython` with meson_script.h; where that fails, meson-info/intro-tests.json and a notice that says so.
Result<Suite> meson_suite(const std::string& build_dir);

} // namespace hutch::discover

// A test's captured output as people should see it under a failure: bounded, harmless, marked line by line.
#pragma once

#include <string>
#include <string_view>

#include "hutch/event.h"

namespace hutch::report {

/// The first quarter and the last three quarters of `show` bytes, cut at line ends where possible; every line begins
/// with "  | ", so that no test can forge a line of ours; "  … 48.2 MB not shown …" stands where something is missing.
/// Empty for no output.
std::string excerpt(const Captured& captured, std::size_t show);

} // namespace hutch::report

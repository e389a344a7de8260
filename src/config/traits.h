// What is said of a test, one word at a time, and one saying laid over another. The one table of words: comment lines at a file's
// head (config/metadata.h) and the project file (config/project.h) both set traits through it, so that a value means the same in both.
#pragma once

#include <string_view>

#include "hutch/error.h"
#include "hutch/traits.h"

namespace hutch::config {

/// `over` wins where it says something. Lists (tags, depends_on, groups) are joined, each item once; limits one by one, I/O limits
/// as a whole; but a profile in `over` replaces all limits of `below`.
Traits overlaid(Traits below, const Traits& over);

/// The limits that `over` sets, over those of `below`; profile and grace stay `below`'s.
Limits limits_over(Limits below, const Limits& over);

} // namespace hutch::config

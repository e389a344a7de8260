// An outcome in English: one sentence, made here and nowhere else, for the terminal and for every file. It states what
// is in the Outcome and never judges; what is not known is left out. One line, always harmless to print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hutch/outcome.h"
#include "hutch/test.h"

namespace hutch::report {

/// A profile by its name, to say which one would have been enough. The caller lists them from small to large.
struct NamedLimits {
    std::string name;
    Limits limits;
};

/// "timed out after 2 s (limit 2 s, profile fast); profile standard (2 min) or --timeout 4s would allow more".
/// A violated limit is named with its actual value, the profile it came from, and what would have allowed more (L-10).
std::string describe(const Outcome& outcome, const TestSpec& test, const std::vector<NamedLimits>& profiles = {});

/// The verdict in a summary: "timed out", "out of memory", …: "2 timed out, 1 out of memory".
std::string_view verdict_words(Verdict verdict);

/// "4711 sleep 1000, 4712 cat": at most `listed` of them, then "and 5 more" out of `count`.
std::string describe_leaks(const Outcome& outcome, std::size_t listed);

} // namespace hutch::report

// See gtest_run.h.
#include "protocol/gtest_run.h"

#include <fmt/format.h>

namespace hutch::protocol {
namespace {

std::optional<std::string> differs(std::string_view what, std::optional<std::size_t> said, std::size_t seen)
{
    if (!said || *said == seen) {
        return std::nullopt;
    }
    return fmt::format("the summary says {} {}, the output shows {}", *said, what, seen);
}

} // namespace

std::optional<std::string> contradiction(const GtestRun& run)
{
    if (!run.said_passed) {
        return "the summary ends before its '[  PASSED  ]' line";
    }
    if (!run.full) { // passed and skipped tests are known from the summary alone
        return differs("run", run.ran, *run.said_passed + run.failed + run.said_skipped.value_or(0));
    }
    const std::size_t seen = run.passed + run.failed + run.skipped;
    if (seen == 0 && (!run.skip_reason.empty() || !run.outside.empty())) {
        return std::nullopt; // the environment kept all tests from running, and GoogleTest counts them as passed
    }
    for (const auto& found : {differs("run", run.ran, seen), differs("failed", run.said_failed, run.failed),
                              differs("skipped", run.said_skipped, run.skipped), differs("passed", run.said_passed, run.passed)}) {
        if (found) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace hutch::protocol

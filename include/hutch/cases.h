// What a test file said of its cases: the result of reading its output by a protocol. Values; protocol/ makes them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/units.h"

namespace hutch {

/// How a test tells what became of its cases (docs/protocols.md).
enum class Protocol {
    exit,      ///< by its exit code only: no cases
    tap,       ///< TAP 13 or 14 on standard output
    gtest,     ///< GoogleTest's lines on standard output
    junit,     ///< a JUnit file that it writes, $XML_OUTPUT_FILE
    spl,       ///< a Simple spec's lines on standard output
    automatic, ///< "auto": found out from the first lines; exit where they tell nothing
};
/// "exit", "tap", "gtest", "junit", "spl", "auto".
std::string_view to_string(Protocol protocol);
std::optional<Protocol> protocol_named(std::string_view name);

enum class CaseVerdict { pass, fail, skip, planned };
/// "pass", "fail", "skip", "planned".
std::string_view to_string(CaseVerdict verdict);

/// One case. Text is as the test wrote it, cut to the lengths below: not yet fit for a terminal.
struct Case {
    std::string group; ///< what it stands in: a suite, a subtest, a class; "" for none
    std::string name;
    CaseVerdict verdict = CaseVerdict::fail;
    std::optional<Microseconds> duration;
    std::string message; ///< why it failed or was skipped; "" where nothing was said
    bool operator==(const Case&) const = default;
};

inline constexpr std::size_t most_cases = 10'000;       ///< kept of a file; all are counted
inline constexpr std::size_t longest_case_name = 512;   ///< bytes, of group and name each
inline constexpr std::size_t longest_case_message = 4096;

/// All that a protocol's reader found out.
struct CaseReport {
    Protocol protocol = Protocol::exit; ///< never automatic
    std::size_t passed = 0, failed = 0, skipped = 0, planned = 0;
    std::vector<Case> cases; ///< the first `most_cases`, in the order of the output
    /// Why the output is not what the protocol demands, or what it says of the file as a whole: "planned 3 cases, saw 2",
    /// "Bail out! no database". Not empty: the file failed, whatever its exit code was.
    std::string complaint;
    /// The file as a whole was skipped, for this reason ("1..0 # SKIP no database"). Empty: it was not.
    std::string skip_reason;

    std::size_t total() const { return passed + failed + skipped + planned; }
    bool operator==(const CaseReport&) const = default;
};

} // namespace hutch

// TAP 13 and 14 (and what is written without a version line) on a test's standard output → its cases. Responsible for judging the
// stream by the protocol's rules: docs/protocols-tap.md has them all, and the choices made where the specifications leave one.
// Reads no file and starts nothing; whatever is written, it keeps no more than a few megabytes and always comes to a report.
//
//     TAP version 14
//     1..3
//     ok 1 - opens
//     not ok 2 - reads
//       ---
//       message: "end of file"
//       duration_ms: 12.5
//       ...
//     ok 3 - writes # SKIP read-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/cases.h"
#include "protocol/line_splitter.h"
#include "protocol/tap_details.h"
#include "protocol/tap_line.h"
#include "protocol/tap_numbers.h"

namespace hutch::protocol {

class TapReader {
  public:
    TapReader() { report_.protocol = Protocol::tap; }

    /// Standard output, in any pieces.
    void feed(std::string_view bytes);

    /// Once, at the end of the output.
    CaseReport finish();

  private:
    void take(std::string_view line);
    bool belongs_to_yaml(std::string_view line);
    void top(const TapPoint& point);
    void top(const TapPlan& plan);
    void top(const TapVersion& version);
    void top(const TapPragma& pragma);
    void top(const TapBailOut& bail_out);
    void top(const TapComment& comment);
    void top(const TapOther& other);
    void top(const TapBlank&) {}
    void indented(const TapLine& read, std::string_view line, std::size_t indent);
    std::string number_of(const TapPoint& point);
    void not_tap(std::string_view line);
    void end_point();
    void check_plan();
    void compare_with_plan();

    LineSplitter lines_;
    CaseReport report_;
    bool first_line_ = true;
    bool strict_ = false; ///< pragma +strict
    bool bailed_out_ = false;
    bool has_version_ = false;

    bool has_plan_ = false;
    bool plan_after_points_ = false;
    std::string plan_text_; ///< "1..3"
    std::uint64_t planned_ = 0;
    std::string skip_reason_; ///< of 1..0

    std::uint64_t saw_ = 0;
    std::uint64_t last_number_ = 0;
    TapNumbers numbers_;

    std::optional<TapPending>
        pending_; ///< the last point of the top level, while lines may follow that tell more of it
    std::optional<std::size_t> point_indent_; ///< of the point that a YAML block would belong to, whatever its level
    std::optional<TapYaml> yaml_;             ///< open
    bool yaml_of_pending_ = false;            ///< or of a subtest's point, and passed over
    TapSubtest subtest_;                      ///< what came indented since the last point of the top level
};

/// Whether the first line of an output is TAP's: a version, a plan, a test point, "Bail out!", "# Subtest". For the automatic protocol:
/// narrower than what TapReader takes for a point ("ok, here we go" is none).
bool looks_like_tap(std::string_view line);

/// Of a report of TapReader's: there is nothing to complain of but that no plan was written. Others than TAP's own rules accept that.
bool only_lacks_plan(const CaseReport& report);

/// Of a report of TapReader's: a case that is TODO is "ok", which some count as a failure. Looks at the cases that are kept.
bool has_passed_todo(const CaseReport& report);

} // namespace hutch::protocol

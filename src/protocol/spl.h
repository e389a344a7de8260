// The output of a Simple spec → its cases, and what a spec's source says of it. Responsible for never calling a file passed on the word of
// one line alone: what the lines say must agree, and something must have been executed. docs/protocols-spl.md has the rules.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/cases.h"
#include "protocol/line_splitter.h"
#include "protocol/spl_groups.h"
#include "protocol/spl_lines.h"

namespace hutch::protocol {

/// Reads standard output as it comes. What it keeps is bounded: one line, `most_cases` cases, one message.
class SplReader {
  public:
    void feed(std::string_view bytes);
    /// Once, at the end of the output.
    CaseReport finish();

  private:
    struct Counts {
        std::size_t passed = 0, failed = 0, skipped = 0;
        std::size_t total() const { return passed + failed + skipped; }
    };

    void take_line(std::string_view raw);
    bool take_summary(std::string_view line);
    void take_mark(std::size_t columns, const SplMark& mark);
    bool take_message(const SplIndented& line);
    void end_case();
    void count_group(const SplExamples& told);

    void use_verdict(const Counts& seen);
    void use_examples(const Counts& seen);
    void use_results(const Counts& seen);
    void use_marks(const Counts& seen);
    void set_counts(const Counts& counts);

    LineSplitter lines_;
    SplGroups groups_;
    CaseReport report_{.protocol = Protocol::spl, .cases = {}, .complaint = {}, .skip_reason = {}};

    std::optional<Case> failed_; ///< a ✗ whose message may still be coming
    std::size_t failed_columns_ = 0;
    std::size_t message_columns_ = 0; ///< indentation of its first line

    Counts group_; ///< marks since the last summary
    std::size_t summaries_ = 0, examples_ = 0, failures_ = 0;
    std::size_t unseen_ = 0;         ///< cases that summaries tell of, without a mark
    std::string examples_complaint_; ///< the first of a group
    std::optional<SplVerdict> verdict_;
    std::optional<SplResults> results_;
};

/// Whether a line is one that hardly anything but a spec writes: a mark, a group's summary or the file's verdict.
bool looks_like_spl(std::string_view line);

inline constexpr std::size_t spl_head = std::size_t{64} << 10; ///< of a source; what is behind it is not looked at
inline constexpr std::size_t most_spl_tags = 64;

/// What the marks in a Simple spec's source say of it: for discovery. `text` is the head of the file (up to 64 KB).
struct SplMarks {
    bool slow = false;                        ///< has a slow_it
    std::vector<std::string> tags;            ///< tag: "x", each once, in their order
    std::optional<std::string> skip, planned; ///< # @skip and # @pending; the reason, "" for none
    bool operator==(const SplMarks&) const = default;
};
SplMarks read_spl_marks(std::string_view text);

} // namespace hutch::protocol

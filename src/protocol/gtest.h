// GoogleTest's lines on standard output → a CaseReport (docs/protocols-gtest.md). Responsible for which case each line belongs to, and
// for complaining when the output does not add up. Never keeps more than one line, a few messages and the cases of hutch/cases.h, and
// never takes a line for GoogleTest's only because it looks like one: while a test runs, only its own end is one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hutch/cases.h"
#include "protocol/gtest_line.h"
#include "protocol/gtest_run.h"
#include "protocol/line_splitter.h"

namespace hutch::protocol {

inline constexpr std::string_view run_not_ended = "the run did not end: no '[==========] … ran' line";

class GtestReader {
  public:
    /// Standard output, in any pieces.
    void feed(std::string_view bytes);
    /// The end of it. The reader is not used any more.
    CaseReport finish();

  private:
    enum class Block { none, failure, skip };

    void take(std::string_view raw);
    bool understand(const Marked& marked);
    // Each of these takes one kind of mark; false: it is not GoogleTest's, as things stand.
    bool in_test(const Marked& marked);
    bool begin_test(const Marked& marked);
    bool at_bar(const Marked& marked);
    bool at_dash(const Marked& marked);
    bool at_failed(const Marked& marked);
    bool at_counted(const Marked& marked);
    bool at_disabled(const Marked& marked);

    void read_text(std::string_view line);
    bool read_note(std::string_view line);
    void keep(std::string_view line);
    std::string take_block();
    void settle(std::string_view before);

    void add(const GtestName& name, CaseVerdict verdict, std::optional<Microseconds> duration, std::string message);
    void end_test(const Marked& marked, const GtestEnd& end);
    void lose_test();
    void add_broken_suite(std::string_view suite, std::string message);
    void confirm_suite(std::string_view suite);
    void close_run();
    void explain_nothing();

    CaseReport report_{.protocol = Protocol::gtest};
    LineSplitter lines_;
    std::size_t column_ = 0; ///< in the line that is being fed
    GtestRun run_;
    bool any_run_ = false;
    std::string running_;        ///< the test that runs; "" for none
    std::string suite_;          ///< the suite that runs; "" for none
    Block block_ = Block::none;  ///< what the lines that come belong to
    std::string block_text_;     ///< a little more than a case's message at most
    std::string filter_, shard_; ///< why there may be no test
    std::string skip_reason_;    ///< of an environment
};

/// Whether a line is one that GoogleTest's output begins with: "Running main() from …", "[==========] Running …",
/// "Note: Google Test filter = …".
bool looks_like_gtest(std::string_view line);

} // namespace hutch::protocol

// The run as plain lines: one for each finished test, the output of failures under them, and a summary. Written event by
// event, each in one write; nothing here waits, moves a cursor or asks a terminal anything.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/reporter.h"
#include "report/tally.h"
#include "report/words.h"

namespace hutch::report {

struct PlainOptions {
    bool colour = false;
    bool quiet = false;                             ///< only failures and the summary
    std::size_t show_bytes = std::size_t{64} << 10; ///< of each stream of a failure
    std::vector<NamedLimits> profiles = {};         ///< for advice, from small to large
};

class PlainReporter final : public Reporter {
  public:
    PlainReporter(base::BorrowedFd out, PlainOptions options);

    /// A reader that has gone is an Error with code EPIPE, once; after that all is accepted and nothing is written, so
    /// that the run can end in order.
    Result<void> on(const Event& event) override;

    bool broken_pipe() const { return broken_; }

  private:
    void add(const event::RunStarted& started);
    void add(const event::Notice& notice);
    void add(const event::TestStarted& started);
    void add(const event::TestFinished& finished);
    void add(const event::RunFinished& finished);

    void remember(const event::TestFinished& finished, const std::string& name, const std::string& reason);
    void add_output(const event::TestFinished& finished);
    void add_leaks(const Outcome& outcome);
    void add_failures_again();
    void add_largest();
    std::string label(Verdict verdict) const;
    std::string again_label() const;
    Result<void> flush();

    struct Failure {
        Verdict verdict;
        std::string line;
    };

    base::BorrowedFd out_;
    PlainOptions options_;
    std::string text_; ///< what the present event has to say
    Tally tally_;
    std::vector<Failure> failures_;
    Largest slowest_;
    Largest biggest_;
    bool broken_ = false;
};

} // namespace hutch::report

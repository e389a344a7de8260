// The run as JSON lines: `--events FILE`, and the one line of `hutch exec --json FILE`. The fields of test_finished
// down to `reason` keep their names and meanings for ever; others may be added. Every line is valid UTF-8, and
// written as soon as it is known, so that a killed runner leaves whole lines.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/reporter.h"
#include "report/tally.h"
#include "report/words.h"

namespace hutch::report {

/// {"v":1,"event":"test_finished","test":…,"verdict":…, …}, without a newline.
std::string outcome_json(const event::TestFinished& finished, const std::vector<NamedLimits>& profiles);

class JsonLinesReporter final : public Reporter {
  public:
    /// Creates or empties the file; "-" is standard output.
    static Result<JsonLinesReporter> open(const std::string& path, std::vector<NamedLimits> profiles = {});
    JsonLinesReporter(base::UniqueFd file, std::string name, std::vector<NamedLimits> profiles);

    /// A line that cannot be written whole is an Error (a full disk): the record would have a hole.
    Result<void> on(const Event& event) override;

  private:
    std::string line(const event::RunStarted& started) const;
    std::string line(const event::Notice& notice) const;
    std::string line(const event::TestStarted& started) const;
    std::string line(const event::TestFinished& finished);
    std::string line(const event::RunFinished& finished) const;

    base::UniqueFd file_;
    std::string name_; ///< for messages
    std::vector<NamedLimits> profiles_;
    Tally tally_;
    bool failed_ = false;
};

} // namespace hutch::report

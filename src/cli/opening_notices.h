// What was found out before the run began, told right after run_started: the stream's first event is always that one.
#pragma once

#include <string>
#include <vector>

#include "hutch/reporter.h"

namespace hutch::cli {

class OpeningNotices final : public Reporter {
  public:
    OpeningNotices(std::vector<Reporter*> reporters, std::vector<std::string> messages)
        : reporters_(std::move(reporters)), messages_(std::move(messages))
    {}
    Result<void> on(const Event& event) override;

  private:
    std::vector<Reporter*> reporters_;
    std::vector<std::string> messages_;
};

} // namespace hutch::cli

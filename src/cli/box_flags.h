// The flags that say where tests live: which rung of the ladder, and what happens when something cannot be enforced.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "hutch/session.h"

namespace hutch::cli {

struct BoxChoice {
    Isolation isolation = Isolation::automatic;
    CgroupChoice cgroup = CgroupChoice::automatic;
};

class BoxFlags {
  public:
    void add_to(CLI::App& command);
    /// Flags over HUTCH_ISOLATION and HUTCH_CGROUP_MANAGER.
    Result<BoxChoice> choice() const;

  private:
    std::string isolation_;
    std::string manager_;
};

} // namespace hutch::cli

// What `hutch doctor` has found out about this machine, and how it is told. Pure: the looking is done elsewhere.
#pragma once

#include <string>
#include <vector>

#include "hutch/capability.h"
#include "scope/ladder.h"

namespace hutch::cli {

/// Something that is no limit, but that runs are better off with.
struct Check {
    std::string name; ///< "pid_namespace"
    bool available = false;
    std::string found_by;
    std::string remedy;
};

struct Findings {
    std::string kernel; ///< uname -r
    std::string rung;   ///< in the words of every result
    int rung_number = 5;
    std::vector<scope::Attempt> attempts;
    std::vector<Capability> capabilities;
    std::vector<Check> checks;
    std::vector<Check> isolation; ///< one for each feature of a policy
    scope::Machine machine;
};

std::string findings_text(const Findings& findings);
std::string findings_json(const Findings& findings);

} // namespace hutch::cli

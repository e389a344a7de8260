// Who says how many tests run at a time: this run alone, or the make that runs it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/run_flags.h"
#include "schedule/slots.h"

namespace hutch::cli {

struct Lent {
    std::unique_ptr<schedule::Slots> slots;
    std::vector<std::string> notices;
};

/// Under a make with a job server, and without a number on the command line, as many as it lends; else the settings' workers.
Lent lent_slots(const RunSettings& settings);

} // namespace hutch::cli

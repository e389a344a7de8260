// Which rung a run stands on: found by doing, from the top down, not by versions. Every attempt is kept with why it
// was left, for doctor and for notices. The last check of every rung is a real child in a fresh leaf.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/session.h"
#include "scope/machine.h"
#include "scope/run_id.h"
#include "scope/run_node.h"
#include "scope/scope.h"
#include "sd/event_loop.h"

namespace hutch::scope {

/// One rung that was tried.
struct Attempt {
    int rung = 0;
    bool taken = false;
    std::string why;    ///< how it was found to hold, or why it was left
    std::string remedy; ///< what would have let it hold; empty where nothing does
    bool operator==(const Attempt&) const = default;
};

/// Where the run's tests will live.
struct Chosen {
    std::unique_ptr<ScopeManager> manager;
    std::vector<Attempt> attempts;                ///< in the order in which they were tried; the last one is taken
    std::optional<WardenPlan> warden;             ///< unset where there is no cgroup; valid as long as this lives
    std::optional<kernel::CgroupDir> above_slice; ///< rung 2: WardenPlan::parent_dir
    std::vector<ControllerState> controllers;     ///< what came of enabling each; empty where there is no cgroup
    std::vector<std::string> beside;              ///< cgroup directories where other runs like ours have their nodes
    Machine machine;
};

/// automatic: 1 → 3 → 4 → 5. systemd: 2 or an error. cgroupfs: 3 → 4 or an error. none: 5.
Result<Chosen> choose(CgroupChoice choice, const RunId& id, sd::EventLoop& loop);

} // namespace hutch::scope

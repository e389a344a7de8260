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
    std::vector<Attempt> attempts;            ///< in the order in which they were tried; the last one is taken
    bool warden = false;                      ///< it guards this rung; not where there is no cgroup
    bool left_home = false;                   ///< RunNode::left_home()
    std::vector<ControllerState> controllers; ///< what came of enabling each; empty where there is no cgroup
    std::vector<std::string> beside;          ///< cgroup directories where other runs like ours have their nodes
    Machine machine;
};

/// What decides about the rungs, apart from the machine.
struct Wanted {
    CgroupChoice choice = CgroupChoice::automatic;
    /// We are (below) a test of another run. A scope of our own would take us out of that test's cgroup: its limits would
    /// not hold for us, and its kill not reach us. So no manager is asked unless the user names it.
    bool inside_a_test = false;
};

/// automatic: 1 → 3 → 4 → 5, inside of a test without 1. systemd: 2 or an error. cgroupfs: 3 → 4 or an error. none: 5.
///
/// `start_warden` is called at most once for a rung, and a rung does not hold without it. It may have been called for a
/// rung that was left (or before an error): then the warden has nothing to guard any more, and is to be dismissed
/// where Chosen::warden is off.
Result<Chosen> choose(Wanted wanted, const RunId& id, sd::EventLoop& loop, const StartWarden& start_warden);

} // namespace hutch::scope

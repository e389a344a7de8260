// The run's own node R in the hierarchy and its layout:
//
//   rung 1     R = the delegated scope unit:   R/runner  R/warden  R/tests/t-N
//   rungs 3/4  R = home/hutch-<run id>:        R/tests/t-N; runner and warden stay in home (or in home/hutch-payload)
//
// Responsible for making it, for the controllers in it, for a runner that sits where children can be born from
// (docs/kernel.md 0.1), and for taking it down. Never holds a process in an inner node, never touches what stands
// above R but to empty a delegated home (home.h).
//
// In a home the warden is there before R is, so that a runner that is killed at any moment leaves no R behind. A
// delegated unit goes with its last process, whoever is killed: there the warden may come after R, into a leaf of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "kernel/cgroup_dir.h"
#include "kernel/clone3.h"
#include "scope/controllers.h"
#include "scope/home.h"
#include "scope/leaf_files.h"
#include "scope/run_id.h"

namespace hutch::scope {

/// What the warden has to know: the fields of spawn::WardenPlan, which this floor may not name. All descriptors are
/// borrowed, and good for the call that they are given to.
struct WardenPlan {
    base::BorrowedFd dir;                   ///< R; with `node` the home that R is going to be made in
    std::optional<std::string> node;        ///< R's name in it, to be removed last of all; unset: a manager removes R
    std::string tests_name = "tests";       ///< to be killed, awaited and removed, in R
    bool remove_tests = true;               ///< off where systemd removes it
    std::optional<std::string> runner_leaf; ///< in R, if the runner moves there: to be removed once it is empty
    std::optional<base::BorrowedFd> cgroup; ///< where the warden is to be born; unset: where the runner is
};

/// Starts the run's warden; given by a floor that may. On an error there is none.
using StartWarden = std::function<Result<void>(const WardenPlan&)>;

class RunNode {
  public:
    /// Rung 1. `scope` is a delegated unit that we are in.
    static Result<RunNode> in_delegated(kernel::CgroupDir scope);
    /// Rungs 3 and 4: below the cgroup that we were started in. The warden is started before anything is made.
    static Result<RunNode> below_home(const RunId& id, const StartWarden& start_warden);
    RunNode(RunNode&&) = default;

    /// Clones a child into a fresh leaf; where it is killed at birth, the runner moves to a leaf of its own and tries
    /// once more. On the way it looks which files a leaf has.
    Result<LeafFiles> prove(const kernel::CloneStack& stack);

    const kernel::CgroupDir& root() const { return root_; }
    const kernel::CgroupDir& tests() const { return tests_; }
    const std::vector<ControllerState>& controllers() const { return controllers_; }
    /// Rung 4 only because nobody gave us the cgroup that we are in; its controllers may be there.
    bool lacks_delegation() const { return home_ && !home_->real_root && !home_->delegated; }
    /// Rungs 3 and 4: no child could be born from home, so the runner has left it for R/runner.
    bool left_home() const { return home_ && runner_; }
    /// Rung 1, whose warden is not there yet.
    WardenPlan warden() const;

    /// Removes what is empty of it and goes back to where the runner came from. An error says what is still in the way.
    Result<void> take_down();

  private:
    RunNode(kernel::CgroupDir root, kernel::CgroupDir tests) : root_(std::move(root)), tests_(std::move(tests)) {}
    static Result<RunNode> make_below(const Home& home, const RunId& id);
    Result<void> move_runner();
    Result<void> take_down_home();

    kernel::CgroupDir root_, tests_;
    std::optional<kernel::CgroupDir> runner_; ///< the leaf that we moved to
    std::optional<kernel::CgroupDir> warden_; ///< rung 1
    std::optional<kernel::CgroupDir> above_;  ///< rungs 3 and 4: where the runner came from, home or home/hutch-payload
    std::optional<Home> home_;                ///< rungs 3 and 4
    std::string name_;                        ///< of R in home
    std::vector<ControllerState> controllers_;
};

} // namespace hutch::scope

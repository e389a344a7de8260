// The runner's end of the warden: one tiny process that clears the run's cgroups if the runner does not get to it.
// Responsible for starting it where nothing that ends the runner reaches it, and for letting it go. What it does is
// src/init/warden.cpp.
//
//     R                      <- parent_dir; removed as well with remove_parent (rungs 3 and 4)
//     ├── runner             <- runner_leaf: removed when it is empty
//     ├── warden             <- cgroup: where the warden is born; it cannot remove what it sits in
//     └── tests              <- tests_name: killed, waited for, removed
#pragma once

#include <optional>
#include <string>

#include "spawn/spawn.h"

namespace hutch::spawn {

struct WardenPlan {
    base::BorrowedFd parent_dir = {}; ///< R, or for systemd scopes (rung 2) the directory that has the run's slice
    std::string tests_name = {};      ///< the node to kill, in parent_dir
    bool remove_tests = true;         ///< off where systemd removes it
    std::optional<std::string> runner_leaf = {};
    /// Unset: born where the runner is now. Never the runner's leaf (it would wait there for itself to be gone): a
    /// runner that moves into a leaf starts its warden before.
    std::optional<base::BorrowedFd> cgroup = {};
    bool remove_parent = false; ///< R itself; then also:
    base::BorrowedFd grandparent_dir = {};
    std::string parent_name = {};
};

class Warden {
  public:
    /// All of `plan` is used up here: the descriptors may be closed afterwards. The tests' node need not exist yet.
    static Result<Warden> start(const InitProgram& init, const WardenPlan& plan);

    Warden(Warden&&) noexcept = default;
    Warden& operator=(Warden&&) noexcept = default;
    /// Without dismiss(): as if the runner had died.
    ~Warden() = default;

    /// The run has cleared up by itself: the warden exits, touches nothing, and is reaped. Waits for that, at most a
    /// second.
    Result<void> dismiss();

    int pid() const { return pid_; }
    base::BorrowedFd pidfd() const { return pidfd_; } ///< readable: somebody has killed the warden

  private:
    Warden(int pid, base::UniqueFd pidfd, base::UniqueFd control)
        : pid_(pid), pidfd_(std::move(pidfd)), control_(std::move(control))
    {}
    int pid_ = 0;
    base::UniqueFd pidfd_, control_;
};

} // namespace hutch::spawn

// The runner's end of the warden: one tiny process that clears the run's cgroups if the runner does not get to it.
// Responsible for starting it where nothing that ends the runner reaches it, and for letting it go. What it does is
// src/init/warden.cpp.
//
//     R                      <- dir; or `node` in dir: then it need not be there yet, and is removed last of all
//     ├── runner             <- runner_leaf: removed when it is empty
//     ├── warden             <- cgroup: where the warden is born; it cannot remove what it sits in
//     └── tests              <- tests_name: killed, waited for, removed
#pragma once

#include <optional>
#include <string>

#include "spawn/spawn.h"

namespace hutch::spawn {

struct WardenPlan {
    base::BorrowedFd dir = {}; ///< R, or for systemd scopes (rung 2) the directory that has the run's slice; or:
    /// The name that R has, or is going to have, in dir. It must be nobody else's, now and later.
    std::optional<std::string> node = {};
    std::string tests_name = {}; ///< the node to kill, in R
    bool remove_tests = true;    ///< off where systemd removes it
    std::optional<std::string> runner_leaf = {};
    /// Unset: born where the runner is now. Never the runner's leaf (it would wait there for itself to be gone): a
    /// runner that moves into a leaf starts its warden before.
    std::optional<base::BorrowedFd> cgroup = {};
};

class Warden {
  public:
    /// All of `plan` is used up here: the descriptors may be closed afterwards. Nothing that it names need exist yet.
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

// Who goes first into a new unit of systemd's, in place of the runner: a child that no signal ends while the manager is at work.
//
// Why: a process that has begun to exit is not moved by a write to cgroup.procs, and the write succeeds all the same. A runner
// that was killed while its manager moved it left a unit "running" whose cgroup nobody had ever been in, so that its emptiness was
// never told: the unit stayed for ever (systemd 252, on 6.1 and 6.12). The stand-in outlives the runner until it is in the
// unit; then it goes, the kernel tells that the unit is empty, and the manager removes it.
//
// It does nothing else: it makes no cgroup, removes none, and is gone before the unit is used.
#pragma once

#include <string>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::scope {

class StandIn {
  public:
    /// `unit` need not be there yet. `bus` is the connection by which the manager will be asked: the stand-in holds it, so that the call
    /// of a runner who is dead meanwhile is neither lost nor that of a caller whom nobody knows any more. Not for a process
    /// with several threads.
    static Result<StandIn> start(const std::string& unit, base::BorrowedFd bus);
    StandIn(StandIn&&) noexcept = default;
    /// As dismiss(); if it was not dismissed.
    ~StandIn();

    int pid() const { return pid_; }
    /// From here on the manager may move it: if we die, it waits for that, at most four seconds. Before, it just goes.
    Result<void> about_to_ask();
    /// Ends it, wherever it is, and reaps it.
    Result<void> dismiss();

  private:
    StandIn(int pid, base::UniqueFd pidfd, base::UniqueFd runner)
        : pid_(pid), pidfd_(std::move(pidfd)), runner_(std::move(runner))
    {}
    int pid_ = 0;
    base::UniqueFd pidfd_;
    base::UniqueFd runner_; ///< our end of a pipe: its other end is read to the end when we are gone
};

} // namespace hutch::scope

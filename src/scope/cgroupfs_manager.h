// Rungs 1, 3 and 4: every attempt is a leaf of R/tests, and its first process is born there by CLONE_INTO_CGROUP;
// nothing ever migrates. Where a controller is missing, the runner's watchdog samples what the controller would have
// held.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scope/enclosing_oom.h"
#include "scope/limits_writer.h"
#include "scope/machine_stalls.h"
#include "scope/run_node.h"
#include "scope/scope.h"

namespace hutch::scope {

class CgroupfsManager final : public ScopeManager {
  public:
    /// How the ladder came here.
    struct Rung {
        int number = 4;
        std::string description;
        std::vector<Capability> capabilities;
    };
    CgroupfsManager(RunNode node, LeafFiles files, Rung rung);

    std::string describe() const override { return rung_.description; }
    int rung() const override { return rung_.number; }
    const std::vector<Capability>& capabilities() const override { return rung_.capabilities; }

    Result<Scope> create(std::string_view name) override;
    Place place(const Scope& scope) const override;
    void admit(Scope& scope, int pid, const Limits& limits, Admitted done) override;
    bool admits_empty(const Limits& limits) const override;
    Result<std::vector<int>> members(const Scope& scope) const override;
    Result<bool> populated(const Scope& scope) const override;
    std::optional<base::BorrowedFd> events_fd(const Scope& scope) const override;
    Result<void> kill(Scope& scope) override;
    Sample sample(Scope& scope) const override;
    bool peaks_are_sampled() const override { return !limits_.files().memory_peak; }
    void collect(const Scope& scope, Evidence& evidence) const override;
    Result<void> remove(Scope& scope) override;
    /// While frozen nothing may be cloned into a scope: the child would be born frozen, and the runner wait for its
    /// exec.
    Result<void> freeze_all(bool frozen) override;
    void kill_all() override;
    Result<void> close() override;

    const RunNode& node() const { return node_; }

  private:
    Result<void> kill_node(const kernel::CgroupDir& dir) const;

    RunNode node_;
    LimitsWriter limits_;
    EnclosingOom enclosing_;
    Rung rung_;
    MachineStalls machine_stalls_;
    mutable Stalls last_stalls_; ///< a cache: any reading from before a scope was made will do for it
};

} // namespace hutch::scope

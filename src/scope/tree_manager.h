// Rung 5: no cgroup. An attempt is the tree of processes below its hutch-init, which stays: as PID 1 of a PID
// namespace where one is allowed (then nothing can leave the tree, and the kernel kills it with its init), else as a
// subreaper (then a test that kills its own hutch-init leaves orphans: see orphans.h). Samples take the place of all
// files.
#pragma once

#include <string>
#include <vector>

#include "scope/namespaces.h"
#include "scope/run_id.h"
#include "scope/scope.h"

namespace hutch::scope {

class TreeManager final : public ScopeManager {
  public:
    TreeManager(RunId id, Namespaces namespaces, std::vector<Capability> capabilities);

    std::string describe() const override;
    int rung() const override { return 5; }
    const std::vector<Capability>& capabilities() const override { return capabilities_; }

    Result<Scope> create(std::string_view name) override;
    Place place(const Scope& scope) const override;
    void admit(Scope& scope, int pid, const Limits& limits, Admitted done) override;
    Result<std::vector<int>> members(const Scope& scope) const override;
    /// Whether hutch-init lives: it ends last.
    Result<bool> populated(const Scope& scope) const override;
    std::optional<base::BorrowedFd> events_fd(const Scope&) const override { return std::nullopt; }
    /// All below hutch-init; from the second call on hutch-init as well.
    Result<void> kill(Scope& scope) override;
    Sample sample(Scope& scope) const override;
    bool peaks_are_sampled() const override { return true; }
    void collect(const Scope& scope, Evidence& evidence) const override;
    Result<void> remove(Scope& scope) override;
    Result<void> freeze_all(bool frozen) override;
    void kill_all() override;
    Result<void> close() override;

  private:
    RunId id_;
    Namespaces namespaces_;
    std::vector<Capability> capabilities_;
    std::vector<int> inits_; ///< of the scopes that are admitted and not yet removed
};

} // namespace hutch::scope

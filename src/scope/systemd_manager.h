// Rung 2: a transient scope unit for every test, in a slice of the run's own; visible in systemd-cgls, its limits are
// unit properties. systemd writes the limits, we read them back. Of a unit's files only those are written that
// Delegate=yes hands over (memory.oom.group), and cgroup.kill and cgroup.freeze, for which systemd has no property.
//
// systemd removes a scope's cgroup, with all figures, as soon as its last process has ended. Therefore hutch-init stays
// in it (Place.stay) until the figures have been read: collect() before spawn::finish(). Where the end comes from
// outside, the figures are kept while there still is something to read: kill() reads them first, and a watch on
// memory.events.local reads them when the kernel's OOM killer is about to take hutch-init along. collect() gives what
// is kept when the files are gone.
//
// hutch-init counts as a process of the scope but not of the test: pids.max is one more than the limit, figures one
// less.
//
// Unit names: "hutch-<run id>-t-17.scope" in "hutch-<run_id>.slice". The slice is bound to the runner's own scope:
// systemd stops it, and with it all tests, when runner and warden are gone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scope/enclosing_oom.h"
#include "scope/limits_writer.h"
#include "scope/run_id.h"
#include "scope/run_node.h"
#include "scope/scope.h"
#include "scope/usage_reader.h"
#include "sd/event_loop.h"
#include "sd/transient_unit.h"

namespace hutch::scope {

class SystemdManager final : public ScopeManager {
  public:
    /// What the ladder found out.
    struct Parts {
        sd::Units units; ///< of the manager whose delegated scope `node` is in
        RunNode node;    ///< holds the runner and the warden; its `tests` stay empty
        LeafFiles files; ///< of node.prove()
        std::vector<Capability> capabilities;
    };
    /// Starts the slice. `loop` has to outlive the manager.
    static Result<std::unique_ptr<SystemdManager>> open(Parts parts, const RunId& id, sd::EventLoop& loop);

    std::string describe() const override;
    int rung() const override { return 2; }
    const std::vector<Capability>& capabilities() const override { return capabilities_; }

    Result<Scope> create(std::string_view name) override;
    Place place(const Scope& scope) const override;
    /// `scope` has to stay where it is until remove().
    void admit(Scope& scope, int pid, const Limits& limits, Admitted done) override;
    Result<std::vector<int>> members(const Scope& scope) const override;
    Result<bool> populated(const Scope& scope) const override;
    std::optional<base::BorrowedFd> events_fd(const Scope& scope) const override;
    Result<void> kill(Scope& scope) override;
    Sample sample(Scope& scope) const override;
    bool peaks_are_sampled() const override { return !limits_.files().memory_peak; }
    void collect(const Scope& scope, Evidence& evidence) const override;
    /// Waits for nothing: systemd collects the unit. What it has not collected at close() is stopped with the slice.
    Result<void> remove(Scope& scope) override;
    Result<void> freeze_all(bool frozen) override;
    void kill_all() override;
    Result<void> close() override;

    const RunNode& node() const { return node_; }
    /// The slice's cgroup, for the warden to kill: WardenPlan with `node` = this and `tests` = "".
    const kernel::CgroupDir& slice() const { return slice_; }

  private:
    /// What is known of a scope from admit() to remove().
    struct Admission {
        Scope* scope;
        Limits limits;
        Admitted done;  ///< empty once it was called
        sd::Source oom; ///< watch on memory.events.local
        base::UniqueFd oom_file;
        std::optional<Figures> kept;
        bool killed = false; ///< by us
    };
    using Admissions = std::map<std::string, Admission, std::less<>>;

    SystemdManager(Parts parts, const RunId& id, kernel::CgroupDir slice, sd::EventLoop& loop);

    std::string unit_of(std::string_view name) const;
    void on_started(const std::string& name, Result<void> started);
    Result<Enforced> take_over(Admission& admission);
    Result<void> check(const Scope& scope, const Limits& limits);
    Result<void> watch_oom(const std::string& name, Admission& admission);
    void keep_figures(Admission& admission);
    Figures last_figures(const Scope& scope) const;
    std::uint64_t unclaimed_oom(const std::string& name) const;
    std::uint64_t slice_oom() const;

    sd::EventLoop& loop_;
    RunNode node_;
    LimitsWriter limits_;
    std::vector<Capability> capabilities_;
    std::string run_name_, slice_name_;
    kernel::CgroupDir slice_;
    EnclosingOom enclosing_;
    Admissions admissions_;
    std::uint64_t settled_oom_ = 0; ///< OOM events of scopes that were removed
    sd::Units units_;               ///< destroyed first: its callbacks use the rest
};

} // namespace hutch::scope

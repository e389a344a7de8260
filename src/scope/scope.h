// Where one attempt lives, and the one interface of the ladder. Three managers implement it: cgroupfs (a leaf below a
// node we own), systemd (a transient scope for every test) and none (a process tree under hutch-init).
//
// The life is the same in all of them: create → (spawn held) → admit → (release) → … → members → kill → populated? →
// collect → remove. A Scope serves one attempt and is never used again (docs/kernel.md: cgroup.kill poisons).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "hutch/capability.h"
#include "hutch/evidence.h"
#include "kernel/cgroup_dir.h"
#include "scope/machine_stalls.h"

namespace hutch::scope {

/// Where spawn/ has to put the child, and how hutch-init has to behave in it.
struct Place {
    std::optional<base::BorrowedFd> cgroup; ///< CLONE_INTO_CGROUP target; unset: admit() moves it, or nobody does
    bool stay = false;                      ///< hutch-init stays as the parent (subreaper, or PID 1) of the test
    bool may_leave = true;                  ///< with `stay`: the scope's figures can be read when it has gone
    bool pid_namespace = false;             ///< with `stay`: in a PID namespace of its own
    bool user_namespace = false;            ///< needed for pid_namespace when not privileged
};

/// One attempt's place. Made by a ScopeManager and only meaningful to it.
struct Scope {
    std::string name;                          ///< unique in the run: "t-17"
    std::string path;                          ///< for messages: the cgroup's path, or "pid 4711 and below"
    std::optional<kernel::CgroupDir> dir;      ///< set where there is a cgroup
    int init_pid = 0;                          ///< set by admit(), or when it was born after that: the held child
    bool init_stays = false;                   ///< set before admit(): hutch-init stays in it, as the parent of the test
    std::vector<std::pair<std::string, std::string>> written; ///< by admit(): interface file and what it showed then
    std::optional<Usage> last_usage;           ///< taken before a kill, for managers whose files vanish with the last process
    std::uint64_t memory_peak_sampled = 0;     ///< highest of samples; 0: never sampled
    std::uint64_t pids_peak_sampled = 0;
    bool leaf_frozen = false;
    base::UniqueFd events;                     ///< cgroup.events, kept open: for `populated` and its notifications
    base::UniqueFd init_pidfd;                 ///< without a cgroup: the held child, opened by admit()
    Stalls machine_stalls;                     ///< of the machine, before the scope was made
    std::uint64_t enclosing_oom = 0;           ///< the OOM counters of all cgroups above, when the scope was made
    int kills = 0;                             ///< without a cgroup: how often kill() was called
};

using hutch::Capability;

/// A sample by the watchdog; unset where it cannot be known.
struct Sample {
    std::optional<std::uint64_t> memory_bytes; ///< memory.current, or the sum of resident sets
    std::optional<std::uint64_t> processes;
    std::optional<std::uint64_t> cpu_usec;
};

class ScopeManager {
  public:
    using Admitted = std::function<void(Result<Enforced>)>;
    virtual ~ScopeManager() = default;

    /// The rung in one line: "rung 1: delegated scope hutch-….scope (user manager), cgroupfs leaves".
    virtual std::string describe() const = 0;
    virtual int rung() const = 0;
    virtual const std::vector<Capability>& capabilities() const = 0;

    /// Step 4. A new, empty scope. Nothing is written into it but its own existence.
    virtual Result<Scope> create(std::string_view name) = 0;
    virtual Place place(const Scope& scope) const = 0;

    /// Step 6. The held child `pid` is (put) in the scope; limits are written and read back. `done` is called exactly
    /// once, now or later from the event loop; with an Error no limit can be relied on and the child must not be
    /// released.
    virtual void admit(Scope& scope, int pid, const Limits& limits, Admitted done) = 0;

    /// Under these limits admit() also takes pid 0, for a scope that has no process yet, and answers at once: they neither stop nor slow
    /// what is born into it. A runner that is waiting for an exec (vfork) would be as slow.
    virtual bool admits_empty(const Limits&) const { return false; }

    /// Live processes of the scope, hutch-init itself left out.
    virtual Result<std::vector<int>> members(const Scope& scope) const = 0;
    /// Whether any process that is not a zombie is left, hutch-init included.
    virtual Result<bool> populated(const Scope& scope) const = 0;
    /// A descriptor that gets EPOLLPRI when `populated` may have changed; unset where only the pidfd tells.
    virtual std::optional<base::BorrowedFd> events_fd(const Scope& scope) const = 0;
    /// SIGKILL for all members; asynchronous, idempotent.
    virtual Result<void> kill(Scope& scope) = 0;
    /// Raises the scope's sampled peaks and returns what is there now.
    virtual Sample sample(Scope& scope) const = 0;
    /// The kernel keeps no memory.peak here: peaks are the highest of samples, taken while the test runs.
    virtual bool peaks_are_sampled() const { return false; }
    /// Step 10: usage, OOM and pids facts into `evidence`. What cannot be read stays empty.
    virtual void collect(const Scope& scope, Evidence& evidence) const = 0;
    /// Step 12. The scope and any cgroup that the test made below it are gone, or an Error with what is in the way.
    virtual Result<void> remove(Scope& scope) = 0;

    /// SIGTSTP/SIGCONT: stops or continues all tests at once.
    virtual Result<void> freeze_all(bool frozen) = 0;
    /// Kills every test of the run at once (second signal, panic). Idempotent.
    virtual void kill_all() = 0;
    /// The run's own node is taken down; called once, after the last scope was removed.
    virtual Result<void> close() = 0;
};

} // namespace hutch::scope

// Units of one systemd manager: start transient ones, stop them, ask where they are. Knows jobs and signals; which
// units there should be is not its business.
//
// Started means: the manager said JobRemoved(id, job, unit, "done"). The match for that signal is installed before the
// call, so it cannot be missed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hutch/error.h"
#include "sd/bus.h"
#include "sd/event_loop.h"
#include "sd/unit_properties.h"

namespace hutch::sd {

/// From the call to the end of the job.
inline constexpr Microseconds default_job_timeout = std::chrono::seconds(5);

class Units {
  public:
    explicit Units(Bus bus, Microseconds job_timeout = default_job_timeout);
    Units(Units&&) noexcept;
    Units& operator=(Units&&) noexcept;
    /// Callbacks that are still due are dropped.
    ~Units();

    const Bus& bus() const;

    /// Starts the unit and waits until it is there, at most the job timeout. Must not be called from a callback of this
    /// class.
    Result<void> start(const TransientUnit& unit);

    using Started = std::function<void(Result<void>)>;
    /// From here on start_async() works; `loop` has to outlive this.
    Result<void> attach(EventLoop& loop);
    /// The same without waiting: `done` is called exactly once, now or from the loop.
    void start_async(const TransientUnit& unit, Started done);

    /// Stops the unit and waits until it is gone, at most the job timeout. No error if there is no such unit.
    Result<void> stop(const std::string& unit);
    /// Only asks for it; nobody waits for an answer.
    void stop_async(const std::string& unit);
    /// Moves a process of our own user into the unit's cgroup, which has to be delegated: AttachProcessesToUnit, since 238.
    Result<void> move_in(const std::string& unit, int pid);
    /// Lets go of a failed unit. No error if there is none.
    Result<void> reset_failed(const std::string& unit);

    /// The unit's cgroup below the root of the hierarchy: "/user.slice/…/hutch-….scope"; empty while it has none.
    Result<std::string> control_group(const std::string& unit);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace hutch::sd

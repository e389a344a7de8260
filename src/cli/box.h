// Everything that has to stand before the first test: the event loop, the rung of the ladder, hutch-init, the warden; and
// the sweep of what dead runs have left. Set up once, by `hutch run` and `hutch exec` alike.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hutch/session.h"
#include "run/engine.h"
#include "scope/ladder.h"
#include "scope/run_id.h"
#include "sd/event_loop.h"
#include "spawn/spawn.h"
#include "spawn/warden.h"

namespace hutch::cli {

/// "K=V" of this process.
std::vector<std::string> inherited_environment();

/// Where private directories of tests are made: $TMPDIR, or /tmp.
std::string temp_root();

class Box {
  public:
    /// HUTCH=1 in the environment says that we are inside of a test of another run.
    static Result<std::unique_ptr<Box>> open(CgroupChoice choice);
    Box(const Box&) = delete;

    const scope::ScopeManager& manager() const { return *chosen_.manager; }
    const scope::Chosen& chosen() const { return chosen_; }
    const spawn::InitProgram& init() const { return init_; }
    const std::string& run_id() const { return run_id_; }
    /// What the user should know: what was swept, what could not be.
    const std::vector<std::string>& notices() const { return notices_; }

    run::EngineDeps engine(schedule::Slots& slots, std::vector<Reporter*> reporters, unsigned cpus);

    /// Takes the run's node down and sends the warden home. On an error the warden stays: it clears up when we are gone.
    Result<void> close();

  private:
    Box(sd::EventLoop loop, spawn::InitProgram init, std::string run_id)
        : loop_(std::move(loop)), init_(std::move(init)), run_id_(std::move(run_id))
    {}
    Result<void> start_warden(const scope::WardenPlan& plan);
    void sweep();

    sd::EventLoop loop_; ///< first: the manager has a reference to it
    spawn::InitProgram init_;
    std::string run_id_;
    scope::Chosen chosen_;
    std::optional<spawn::Warden> warden_;
    std::vector<std::string> notices_;
};

} // namespace hutch::cli

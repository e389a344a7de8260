// The signals that a person or a supervisor sends to the runner, as events of its loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "hutch/error.h"
#include "sd/event_loop.h"

namespace hutch::run {

class Interrupts {
  public:
    struct Handlers {
        /// SIGINT, SIGTERM, SIGHUP; `again`: it is not the first of them.
        std::function<void(int signal, bool again)> end;
        /// SIGTSTP. Has to call stop_this_process() when everything else stands still.
        std::function<void()> suspend;
    };

    /// The signals are blocked and read by signalfd until the Interrupts are destroyed.
    static Result<Interrupts> watch(sd::EventLoop& loop, Handlers handlers);

    /// Stops the runner itself, as SIGTSTP would have done; returns when it was continued.
    static void stop_this_process();

  private:
    struct State {
        Handlers handlers;
        int ends = 0;
    };
    std::unique_ptr<State> state_;
    std::vector<sd::Source> sources_;
};

} // namespace hutch::run

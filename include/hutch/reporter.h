// A subscriber of the run's events. The engine knows nothing else about terminals, files or databases.
#pragma once

#include "hutch/event.h"

namespace hutch {

class Reporter {
  public:
    virtual ~Reporter() = default;
    /// Called in the order of events, from the runner's one thread. An error ends the run with exit 3 (a full disk).
    virtual Result<void> on(const Event& event) = 0;
    /// Nothing has happened for a moment: what was put off can be done. Called within a few hundredths of a second of each start of a
    /// test, and about each second while tests run.
    virtual Result<void> on_quiet() { return {}; }
};

} // namespace hutch

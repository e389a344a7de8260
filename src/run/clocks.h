// A timer that can stand still. While tests are frozen (SIGTSTP) their clocks must not run, or every one of them would
// time out on SIGCONT.
#pragma once

#include <functional>
#include <optional>

#include "hutch/units.h"
#include "sd/event_loop.h"

namespace hutch::run {

class PausableTimer {
  public:
    /// Calls `handler` once when `delay` of unpaused time has gone by. Replaces what was armed before.
    Result<void> arm(sd::EventLoop& loop, Microseconds delay, std::function<void()> handler);
    void disarm();
    bool armed() const { return static_cast<bool>(handler_); }
    void pause();
    Result<void> resume(sd::EventLoop& loop);

  private:
    Result<void> start(sd::EventLoop& loop, Microseconds delay);

    sd::Source source_;
    std::function<void()> handler_;
    Microseconds due_{0};              ///< CLOCK_MONOTONIC, while running
    std::optional<Microseconds> left_; ///< set while paused
};

/// How long something took, pauses left out.
class Stopwatch {
  public:
    void start();
    void pause();
    void resume();
    Microseconds stop(); ///< the sum; later calls give the same
    bool running() const { return since_.has_value(); }

  private:
    std::optional<Microseconds> since_;
    Microseconds sum_{0};
};

} // namespace hutch::run

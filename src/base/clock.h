// The monotonic clock, and deadlines on it. Wall-clock time is not measured with, only printed.
#pragma once

#include <string>

#include "hutch/units.h"

namespace hutch::base {

/// CLOCK_MONOTONIC.
Microseconds monotonic_now();

/// A point in monotonic time that a bounded wait must not pass.
class Deadline {
  public:
    static Deadline after(Microseconds delay) { return Deadline(monotonic_now() + delay); }
    Microseconds remaining() const; ///< never negative
    bool passed() const { return remaining() == Microseconds{0}; }
    int poll_timeout() const; ///< remaining, in ms rounded up, for poll(2)

  private:
    explicit Deadline(Microseconds at) : at_(at) {}
    Microseconds at_;
};

/// Now as "2025-11-20T12:59:03.123Z".
std::string utc_timestamp();

} // namespace hutch::base

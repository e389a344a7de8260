// The runner's one event loop, over sd-event(3). Handlers run one at a time, in the order of their priorities; a
// handler re-reads state and is idempotent, because notifications merge, repeat and come late.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/units.h"

struct sd_event;
struct sd_event_source;

namespace hutch::sd {

/// A watch on something; the watch ends with it. Movable; an empty one watches nothing. A handler may end or replace
/// its own Source: what it has captured lives until it returns. End a watch on a descriptor before the descriptor is
/// closed.
class Source {
  public:
    Source() noexcept;
    Source(Source&&) noexcept;
    Source& operator=(Source&&) noexcept;
    ~Source();
    explicit operator bool() const { return static_cast<bool>(state_); }
    void reset();

  private:
    friend class EventLoop;
    struct State;
    explicit Source(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Of what is ready, `high` is handled before `normal`.
enum class Urgency { normal, high };

class EventLoop {
  public:
    static Result<EventLoop> open();
    EventLoop(EventLoop&&) noexcept;
    EventLoop& operator=(EventLoop&&) noexcept;
    ~EventLoop();

    /// `events` is a set of EPOLL* bits; the handler gets those that came. A descriptor is watched once: a second watch
    /// on it is an error until the first one has ended.
    Result<Source> on_fd(base::BorrowedFd fd, std::uint32_t events, std::function<void(std::uint32_t)> handler,
                         Urgency urgency = Urgency::normal);
    /// Once, `delay` from now or later, never earlier, CLOCK_MONOTONIC. Late by at most 1 % of the delay, which is
    /// never taken as less than 1 ms or more than 250 ms.
    Result<Source> after(Microseconds delay, std::function<void()> handler);
    /// The signal is blocked and read by signalfd from here on; it stays blocked after the watch. Handlers of signals
    /// run before all others. A second watch on the same signal is an error.
    Result<Source> on_signal(int signal, std::function<void()> handler);
    /// Once, as soon as the loop is entered again.
    Result<Source> soon(std::function<void()> handler);

    /// Runs until stop() is called, be it before or during run(). May be run again.
    Result<void> run();
    void stop();
    sd_event* native() const { return event_; }

  private:
    explicit EventLoop(sd_event* event) : event_(event) {}
    sd_event* event_ = nullptr;
    bool stopped_ = false;
};

} // namespace hutch::sd

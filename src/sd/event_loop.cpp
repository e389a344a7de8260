// sd-event behind std::function. Responsible for lifetimes only: who frees what while a handler runs. Never blocks
// outside of run(), never logs.
#include "sd/event_loop.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

#include <systemd/sd-event.h>

#include "base/clock.h"

namespace hutch::sd {

// The C side holds a pointer to it as userdata, so its address never changes. One of the two handlers is set.
struct Source::State {
    sd_event_source* source = nullptr;
    std::function<void(std::uint32_t)> on_ready;
    std::function<void()> on_fired;
    bool running = false;  ///< the handler is on the stack
    bool orphaned = false; ///< the Source went away meanwhile: the dispatcher deletes this
};

namespace {

constexpr std::int64_t signal_priority = SD_EVENT_PRIORITY_IMPORTANT;
constexpr std::int64_t urgent_priority = SD_EVENT_PRIORITY_IMPORTANT / 2;

std::unexpected<Error> event_error(std::string tried, int result)
{
    return system_error(std::move(tried), -result);
}

// noexcept: there are C frames above; an exception has nowhere to go.
template <class State, class Call> int dispatch(void* userdata, Call call) noexcept
{
    auto* state = static_cast<State*>(userdata);
    state->running = true;
    call(*state);
    state->running = false;
    if (state->orphaned) {
        delete state;
    }
    return 0;
}

} // namespace

Source::Source() noexcept = default;

Source::Source(std::unique_ptr<State> state) : state_(std::move(state)) {}

Source::Source(Source&& other) noexcept : state_(std::move(other.state_)) {}

Source& Source::operator=(Source&& other) noexcept
{
    if (this != &other) {
        reset();
        state_ = std::move(other.state_);
    }
    return *this;
}

Source::~Source()
{
    reset();
}

void Source::reset()
{
    if (!state_) {
        return;
    }
    State* state = state_.release();
    // Disabled first: sd-event itself may hold a reference while it dispatches.
    state->source = sd_event_source_disable_unref(state->source);
    if (state->running) {
        state->orphaned = true;
    } else {
        delete state;
    }
}

Result<EventLoop> EventLoop::open()
{
    sd_event* event = nullptr;
    // Not sd_event_default(): the thread's default loop is a global.
    if (int r = sd_event_new(&event); r < 0) {
        return event_error("create event loop", r);
    }
    return EventLoop(event);
}

EventLoop::EventLoop(EventLoop&& other) noexcept
    : event_(std::exchange(other.event_, nullptr)), stopped_(std::exchange(other.stopped_, false))
{}

EventLoop& EventLoop::operator=(EventLoop&& other) noexcept
{
    if (this != &other) {
        sd_event_unref(event_);
        event_ = std::exchange(other.event_, nullptr);
        stopped_ = std::exchange(other.stopped_, false);
    }
    return *this;
}

EventLoop::~EventLoop()
{
    // Sources that outlive the loop hold references of their own.
    sd_event_unref(event_);
}

Result<Source> EventLoop::on_fd(base::BorrowedFd fd, std::uint32_t events, std::function<void(std::uint32_t)> handler,
                                Urgency urgency)
{
    auto state = std::make_unique<Source::State>();
    state->on_ready = std::move(handler);
    auto ready = [](sd_event_source*, int, std::uint32_t revents, void* userdata) noexcept {
        return dispatch<Source::State>(userdata, [revents](Source::State& s) { s.on_ready(revents); });
    };
    int r = sd_event_add_io(event_, &state->source, fd.get(), events, ready, state.get());
    if (r >= 0 && urgency == Urgency::high) {
        r = sd_event_source_set_priority(state->source, urgent_priority);
    }
    if (r < 0) {
        sd_event_source_disable_unref(state->source);
        return event_error("watch descriptor " + std::to_string(fd.get()), r);
    }
    return Source(std::move(state));
}

Result<Source> EventLoop::after(Microseconds delay, std::function<void()> handler)
{
    auto state = std::make_unique<Source::State>();
    state->on_fired = std::move(handler);
    auto fired = [](sd_event_source*, std::uint64_t, void* userdata) noexcept {
        return dispatch<Source::State>(userdata, [](Source::State& s) { s.on_fired(); });
    };
    // From the clock, not from sd_event_now(): that one is as old as the last wake-up, and the timer would be early by
    // as much as the handlers before this one took.
    std::uint64_t now = static_cast<std::uint64_t>(base::monotonic_now().count());
    auto wanted = static_cast<std::uint64_t>(std::max<Microseconds::rep>(delay.count(), 0));
    std::uint64_t due = now + std::min(wanted, std::numeric_limits<std::uint64_t>::max() - now);
    std::uint64_t accuracy = std::clamp<std::uint64_t>(wanted / 100, 1'000, 250'000);
    if (int r = sd_event_add_time(event_, &state->source, CLOCK_MONOTONIC, due, accuracy, fired, state.get()); r < 0) {
        return event_error("set timer", r);
    }
    return Source(std::move(state));
}

Result<Source> EventLoop::on_signal(int signal, std::function<void()> handler)
{
    auto state = std::make_unique<Source::State>();
    state->on_fired = std::move(handler);
    sigset_t set;
    sigemptyset(&set);
    if (sigaddset(&set, signal) != 0 || pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) {
        return system_error("block signal " + std::to_string(signal), EINVAL);
    }
    auto fired = [](sd_event_source*, const signalfd_siginfo*, void* userdata) noexcept {
        return dispatch<Source::State>(userdata, [](Source::State& s) { s.on_fired(); });
    };
    int r = sd_event_add_signal(event_, &state->source, signal, fired, state.get());
    if (r >= 0) {
        r = sd_event_source_set_priority(state->source, signal_priority);
    }
    if (r < 0) {
        sd_event_source_disable_unref(state->source);
        return event_error("watch signal " + std::to_string(signal), r);
    }
    return Source(std::move(state));
}

Result<Source> EventLoop::soon(std::function<void()> handler)
{
    auto state = std::make_unique<Source::State>();
    state->on_fired = std::move(handler);
    auto fired = [](sd_event_source*, void* userdata) noexcept {
        return dispatch<Source::State>(userdata, [](Source::State& s) { s.on_fired(); });
    };
    if (int r = sd_event_add_defer(event_, &state->source, fired, state.get()); r < 0) {
        return event_error("defer handler", r);
    }
    return Source(std::move(state));
}

Result<void> EventLoop::run()
{
    // sd_event_loop() can be left only once, by sd_event_exit(); this can be left and entered again.
    while (!stopped_) {
        if (int r = sd_event_run(event_, std::numeric_limits<std::uint64_t>::max()); r < 0) {
            return event_error("run event loop", r);
        }
    }
    stopped_ = false;
    return {};
}

void EventLoop::stop()
{
    stopped_ = true;
}

} // namespace hutch::sd

// What ends a run before its time, or makes it wait: signals, failures of our own, clocks.

#include <fmt/format.h>

#include "base/clock.h"
#include "run/engine_core.h"

namespace hutch::run {

void Engine::interrupted(int signal, bool again)
{
    result_.signal = result_.signal != 0 ? result_.signal : signal;
    end_early(again);
}

void Engine::end_early(bool at_once)
{
    cancel_rest();
    for (LiveAttempt* attempt : all_that([](const Running& running) { return running.attempt->started(); })) {
        attempt->stop(StopReason::cancelled, at_once);
    }
}

/// What has not started: on the agenda, or prepared.
void Engine::cancel_rest()
{
    result_.not_run += agenda_->cancel_rest();
    for (LiveAttempt* attempt : all_that(is_prepared)) {
        attempt->stop(StopReason::cancelled, true);
    }
}

/// When nothing else is left, nobody needs them any more: those who did may have been cancelled.
void Engine::let_setups_go()
{
    const auto is_held = [](const Running& running) { return running.told; };
    if (agenda_->finished() && std::ranges::all_of(running_, is_held)) {
        for (LiveAttempt* held : all_that(is_held)) {
            held->let_go();
        }
    }
}

/// A retry's delay is the only thing that time alone ends.
void Engine::wait_for_time()
{
    const auto due = agenda_->wakes_at();
    if (!due) {
        return delay_.disarm();
    }
    const Microseconds left = std::max(*due - base::monotonic_now(), Microseconds(0));
    if (auto armed = delay_.arm(deps_.loop, left, [this] { fill(); }); !armed) {
        error_ = error_.value_or(armed.error());
        end_early(false);
    }
}

/// Begins anew whenever an attempt has ended; stands still while nothing runs.
void Engine::watch_for_stall()
{
    const bool runs = std::ranges::any_of(running_, [](const Running& r) { return (r.attempt->started() || !r.slots.empty()) && !r.told; });
    if (options_.stall_timeout <= Microseconds(0) || !runs) {
        return stall_.disarm();
    }
    (void)stall_.arm(deps_.loop, options_.stall_timeout, [this] {
        result_.stalled = true;
        tell(event::Notice{fmt::format("no test has ended for {}: the run is stopped", format_duration(options_.stall_timeout))});
        end_early(false);
    });
}

/// Reporters put off what need not be done at once: it is done soon after a start, and each second.
void Engine::soon_quiet()
{
    if (!quiet_is_soon_) {
        quiet_is_soon_ = true;
        (void)quiet_.arm(deps_.loop, Milliseconds(20), [this] { quiet(); });
    }
}

void Engine::quiet()
{
    quiet_is_soon_ = false;
    for (Reporter* reporter : deps_.reporters) {
        if (auto done = reporter->on_quiet(); !done && !error_) {
            error_ = done.error();
            end_early(false);
        }
    }
    if (!running_.empty()) {
        (void)quiet_.arm(deps_.loop, std::chrono::seconds(1), [this] { quiet(); });
    }
}

void Engine::suspend()
{
    for (Running& running : running_) {
        running.attempt->pause_clocks();
    }
    stall_.pause();
    if (auto frozen = deps_.manager.freeze_all(true); !frozen) {
        tell(event::Notice{frozen.error().message});
    }
    Interrupts::stop_this_process(); // returns on SIGCONT
    if (auto thawed = deps_.manager.freeze_all(false); !thawed) {
        tell(event::Notice{thawed.error().message});
    }
    for (Running& running : running_) {
        running.attempt->resume_clocks();
    }
    if (auto resumed = stall_.resume(deps_.loop); !resumed) {
        tell(event::Notice{resumed.error().message});
    }
}

} // namespace hutch::run

// The life of one attempt as a pure state machine: state × input → state, effects. No clock, no descriptor and no system
// call in it; LiveAttempt performs the effects and feeds back what came of them. docs/attempt.md draws the table, and a
// test reads it from there and compares; another walks every history of six inputs.
//
// What the table guarantees, whatever the order of events: a test is released only after its limits were written and
// read back; nothing is signalled before it is released or after it was killed; it is killed at most once; its slot is vacated
// once, when nothing of the test lives, and never when it is given up before that; its figures are collected once, after that; its scope is removed
// once, after that; one report, last of all.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace hutch::run {

enum class State : std::uint8_t {
    fresh,     ///< no process exists; a scope may
    admitting, ///< the child is held at the barrier; its limits are being written and read back
    running,   ///< released
    stopping,  ///< SIGTERM was sent, the grace period runs
    looking,   ///< the first process has ended by itself; is anything left?
    killing,   ///< cgroup.kill was written while the first process lived; its end is awaited
    emptying,  ///< cgroup.kill was written and the first process has ended; the rest is awaited
    removing,  ///< figures are collected; the scope is being taken down
    done,
};

enum class Input : std::uint8_t {
    spawned,      ///< scope made, child held
    start_failed, ///< no child came to be
    admitted,     ///< limits are written and read back
    refused,      ///< they are not
    exited,       ///< the first process has ended
    empty,        ///< looked: no process is left
    leftovers,    ///< looked: processes are left
    stop,         ///< wall clock, CPU time or an interrupt: end it gently
    stop_now,     ///< watchdog or a second interrupt: end it at once
    grace_over,   ///< the time after SIGTERM is used up
    given_up,     ///< not empty five seconds after it should be
    removed,      ///< the scope is gone, or cannot go
};

enum class Effect : std::uint8_t {
    admit,      ///< put the child into its scope, write and read back the limits
    release,    ///< send hutch-init its orders and start the clocks
    terminate,  ///< SIGTERM to the test, start the grace period
    look,       ///< is the scope empty? answers with empty or leftovers
    list_leaks, ///< who is left, before they are killed
    kill,       ///< cgroup.kill, and start the five seconds
    vacate,     ///< nothing of it lives: the machine is free for the next one
    collect,    ///< read the scope's figures
    remove,     ///< take the scope down
    report,     ///< judge and tell
};

/// At most four effects follow one input; performed in this order.
class Effects {
  public:
    constexpr Effects() = default;
    constexpr Effects(std::initializer_list<Effect> list)
    {
        for (Effect effect : list) {
            items_[size_++] = effect;
        }
    }
    constexpr const Effect* begin() const { return items_.data(); }
    constexpr const Effect* end() const { return items_.data() + size_; }
    constexpr bool operator==(const Effects&) const = default;

  private:
    std::array<Effect, 4> items_{};
    std::uint8_t size_ = 0;
};

/// One row of the table.
struct Transition {
    State from;
    Input input;
    State to;
    Effects effects;
};

/// The whole table. A pair that has no row changes nothing: events merge, repeat and come late.
std::span<const Transition> attempt_table();

struct Step {
    State to;
    Effects effects;
};

/// Pure: the row for (from, input) in `table`, or `from` itself without effects.
Step step(State from, Input input, std::span<const Transition> table = attempt_table());

std::string_view to_string(State state);
std::string_view to_string(Input input);
std::string_view to_string(Effect effect);

} // namespace hutch::run

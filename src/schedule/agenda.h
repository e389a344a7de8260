// What starts next: dependencies, groups, exclusive entries, slots, memory, priorities, retries (docs/scheduling.md has the
// rules). Pure and without a clock of its own; it never starts anything itself, and nothing in it depends on how long
// something took, but for the delay of a retry.
//
// An entry's life: waiting (for others) → ready → running → ended, or running → delayed → ready again; or blocked; or cancelled.
#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "schedule/entry.h"
#include "schedule/order.h"
#include "schedule/ready_list.h"
#include "schedule/room_use.h"

namespace hutch::schedule {

class Agenda {
  public:
    /// The entries must have no cycle (find_cycle()), and no index that is out of range.
    Agenda(std::vector<Entry> entries, Room room);

    /// The attempt that take() would give.
    std::optional<Turn> peek(Microseconds now);
    /// The best attempt that may start now; it counts as running from now on. Unset: nothing may start now. With at least one slot, and
    /// something ready, and nothing running, it is never unset.
    std::optional<Turn> take(Microseconds now);
    /// What may be made ready while others run, in the order in which take() would give it: only what could start as soon as one
    /// running plain entry has ended (nothing to wait for, one slot, not exclusive, no groups, memory that is free now). As of the last
    /// peek() or take().
    std::vector<Turn> ahead(std::size_t most) const;

    /// Nothing of the attempt lives: what it held is free, though it is not known yet how it ended. ended() still has to follow.
    void vacated(std::size_t entry);
    /// What the attempt held is lost for the rest of the run: it cannot be killed. Its slots and its memory do not come back, its groups do.
    /// ended() still has to follow; it will not be tried again.
    void forfeit(std::size_t entry);

    struct Ended {
        bool again = false;               ///< another attempt will be given
        std::vector<std::size_t> blocked; ///< entries that will now never run, transitively, each once, in their order
    };
    /// The attempt has ended. Gives back what it held, if that was not done before.
    Ended ended(std::size_t entry, bool succeeded, Microseconds now);

    /// There are this many workers from now on (lost ones are not among them); may be fewer than are in use.
    void set_slots(std::size_t slots) { use_.set_slots(slots); }
    std::size_t slots() const { return use_.slots(); }

    /// When the next delayed attempt is due; unset: time alone will change nothing. Not after `now` means that take() was not asked since.
    std::optional<Microseconds> wakes_at() const;
    /// Nothing more is given out and nothing tried again. Returns how many entries never had an attempt; blocked ones, which were told, do not count.
    std::size_t cancel_rest();
    /// Nothing runs and nothing is left.
    bool finished() const { return open_ == 0; }
    std::size_t running() const { return running_; }

  private:
    enum class Phase : unsigned char { waiting, ready, delayed, running, over };
    struct State {
        Phase phase = Phase::waiting;
        bool holds = false;     ///< room, while running
        bool lost = false;      ///< forfeited
        int attempts = 0;       ///< given out
        std::size_t awaits = 0; ///< edges to what is not over yet
        std::size_t held = 0;   ///< slots
        std::size_t passed = 0; ///< how often something that delays it was started while it was the first in order
    };
    struct Waiter {
        std::size_t entry;
        bool needs; ///< success
    };
    using Wake = std::pair<Microseconds, std::size_t>;

    Turn turn(std::size_t entry) const;
    std::size_t patience() const { return 2 * use_.slots(); }
    void wake(Microseconds now);
    void make_ready(std::size_t entry);
    std::optional<std::size_t> choose() const;
    bool delays(std::size_t entry, std::size_t first) const;
    void settle(std::size_t entry, bool succeeded, std::vector<std::size_t>& blocked);

    std::vector<Entry> entries_;
    std::vector<State> states_;
    std::vector<std::vector<Waiter>> waiters_; ///< by what is awaited
    RoomUse use_;
    ReadyList ready_;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> delayed_;
    std::size_t open_, running_ = 0;
    bool cancelled_ = false;
};

} // namespace hutch::schedule

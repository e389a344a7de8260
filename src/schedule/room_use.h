// What of the room is taken, what may be taken beside it, and what must be left free for one that waits. Pure
// arithmetic; it knows nothing of order and dependencies.
#pragma once

#include <compare>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "schedule/entry.h"

namespace hutch::schedule {

/// A load without its memory, in a form that compares: entries of one shape fit or do not fit together, but for the memory.
struct Shape {
    std::size_t slots = 1;
    bool exclusive = false;
    std::vector<std::size_t> groups; ///< sorted, each once; none if exclusive
    auto operator<=>(const Shape&) const = default;
};

inline constexpr Bytes any_memory = std::numeric_limits<Bytes>::max() - 1;

class RoomUse {
  public:
    explicit RoomUse(Room room);

    std::size_t slots() const { return room_.slots; }
    void set_slots(std::size_t slots) { room_.slots = slots; }
    std::size_t slots_for(const Shape& shape) const;

    /// The most memory with which something of this shape may start now (0: only what does not count any); unset: it may not.
    std::optional<Bytes> admits(const Shape& shape) const;
    /// The same of what does not delay `first`, which does not fit now: it does not take what `first` lacks, and leaves the rest of
    /// what `first` takes free.
    std::optional<Bytes> admits_beside(const Shape& shape, const Shape& first, Bytes first_memory) const;
    bool fits(const Shape& shape, Bytes memory) const;

    /// Takes `slots` workers and the rest.
    void take(const Shape& shape, std::size_t slots, Bytes memory);
    void give_back(const Shape& shape, std::size_t slots, Bytes memory);
    /// Workers and memory do not come back; groups and exclusivity do: what cannot be killed does not run any more either.
    void lose(const Shape& shape, std::size_t slots, Bytes memory);

    /// As it will be when one plain attempt of those that run has ended.
    RoomUse after_a_plain_end() const;

  private:
    std::size_t free_slots() const { return room_.slots > used_ ? room_.slots - used_ : 0; }
    Bytes memory_limit() const;
    bool has_groups_for(const Shape& shape) const;

    Room room_;
    std::size_t running_ = 0, exclusive_ = 0;
    std::size_t used_ = 0; ///< slots
    Bytes memory_ = 0;
    std::size_t counting_ = 0; ///< attempts that count memory
    std::vector<unsigned> groups_;
};

} // namespace hutch::schedule

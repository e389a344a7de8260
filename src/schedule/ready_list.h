// The entries that could start if there were room, in starting order, grouped by shape: whether there is room is then
// asked once for each shape, not for each entry. It never starts anything.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "schedule/entry.h"
#include "schedule/min_tree.h"
#include "schedule/room_use.h"

namespace hutch::schedule {

class ReadyList {
  public:
    /// All entries that may ever be added. Loads are brought into their plainest form here: no groups that can never be
    /// full, no memory where `room` has no budget.
    ReadyList(std::span<const Entry> entries, const Room& room);

    const Shape& shape(std::size_t entry) const { return kinds_[where_[entry].kind].shape; }
    Bytes memory(std::size_t entry) const { return where_[entry].memory; }

    void add(std::size_t entry);
    void remove(std::size_t entry);

    /// Whether there is room or not; unset: the list is empty.
    std::optional<std::size_t> first() const;

    /// The first one for which `admit`, called with shapes, returns a limit that its memory is not above.
    template <class Admit> std::optional<std::size_t> first_of(Admit admit) const
    {
        std::optional<std::size_t> best;
        for (const auto& [rank, kind] : heads_) {
            if (best && where_[*best].rank < rank) {
                break;
            }
            const std::optional<Bytes> limit = admit(kinds_[kind].shape);
            const auto found = limit ? kinds_[kind].memory.first(*limit) : std::nullopt;
            if (found && (!best || where_[kinds_[kind].entries[*found]].rank < where_[*best].rank)) {
                best = kinds_[kind].entries[*found];
            }
        }
        return best;
    }

    /// At most `most` plain ones (one slot, not exclusive, no groups) with at most so much memory each.
    std::vector<std::size_t> plain(std::size_t most, Bytes limit) const;

  private:
    struct Kind {
        Shape shape;
        std::vector<std::size_t> entries; ///< in starting order
        MinTree memory{0};                ///< of those that are ready; the same places
        std::optional<std::size_t> head;  ///< the rank under which it is in heads_
    };
    struct Where {
        std::size_t kind = 0, place = 0, rank = 0;
        Bytes memory = 0;
    };

    void update_head(std::size_t kind);

    std::vector<Kind> kinds_;
    std::vector<Where> where_;                            ///< by entry
    std::set<std::pair<std::size_t, std::size_t>> heads_; ///< rank of the first ready one, kind: kinds that have one
    std::optional<std::size_t> plain_;                    ///< the kind
};

} // namespace hutch::schedule

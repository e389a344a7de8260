// What the agenda plans with: entries, what they take of the room while they run, and the room. Values; they know
// nothing of tests, cgroups or worker numbers.
#pragma once

#include <cstddef>
#include <vector>

#include "hutch/units.h"

namespace hutch::schedule {

/// What an entry takes of the room while it runs.
struct Load {
    std::size_t slots = 1;           ///< workers; 0 is 1, and more than there are is all of them
    bool exclusive = false;          ///< nothing else runs beside it
    std::vector<std::size_t> groups; ///< indices into Room::groups, in any order; once is enough
    Bytes memory =
        0; ///< declared, or seen before; 0: not known, not counted. More than the budget: runs when nothing that counts runs
};

struct Entry {
    Load load;
    std::vector<std::size_t> needs; ///< entries that have to succeed before it; if one does not, it is blocked
    std::vector<std::size_t> after; ///< entries that have to have ended before it, however; a blocked one has
    unsigned priority = 2;          ///< 0 first
    Microseconds expected{0};       ///< how long it took before; 0: not known
    unsigned retries = 0;           ///< further attempts after a failure
    Microseconds retry_delay{0};    ///< between the end of an attempt and the next one
};

struct Room {
    std::size_t slots = 1;        ///< workers
    Bytes memory = 0;             ///< budget; 0: none, and nothing is counted
    std::vector<unsigned> groups; ///< at most so many of each at a time; 0 is 1
};

/// One attempt that may start.
struct Turn {
    std::size_t entry = 0;
    int attempt = 1;       ///< from 1
    std::size_t slots = 1; ///< workers that it takes
    bool operator==(const Turn&) const = default;
};

} // namespace hutch::schedule

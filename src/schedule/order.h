// In which order entries come where several could start, and whether they can all come at all. Pure; it knows nothing
// of what runs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "schedule/entry.h"

namespace hutch::schedule {

/// The entries of one cycle of `needs` and `after`, each before the one that it waits for, the lowest index first, for the
/// message. Empty: there is none.
std::vector<std::size_t> find_cycle(std::span<const Entry> entries);

/// All entries, the first to start first. By priority (an entry has the best one of all that wait for it), then what is
/// exclusive and nobody waits for behind everything else, then unknown durations before known ones, then the longest chain of expected
/// durations that begins with the entry, then the lowest index. A dependency is not always before what waits for it: only what can start
/// is compared. The entries must have no cycle.
std::vector<std::size_t> starting_order(std::span<const Entry> entries);

} // namespace hutch::schedule

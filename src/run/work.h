// What a run is to do: its tests, and what each of them takes and waits for. --repeat multiplies them. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "hutch/test.h"
#include "schedule/entry.h"

namespace hutch::run {

struct Work {
    std::vector<TestPtr> tests;           ///< in discovery order, with set-ups and tear-downs anywhere among them
    std::vector<schedule::Entry> entries; ///< entries[i] is of tests[i]
    std::vector<std::size_t> order;       ///< a permutation of them: who comes first where nothing else decides; empty: as they stand
    schedule::Room room;                  ///< groups and memory; the workers are the run's slots
};

/// One entry of the agenda: a test in one round.
struct Occurrence {
    std::size_t test = 0;
    int round = 1;
};

/// The entries of `rounds` rounds: set-ups and tear-downs once, before and after all of them; a test waits for the tests of its own round.
struct Expanded {
    std::vector<schedule::Entry> entries;
    std::vector<Occurrence> occurrences; ///< of each entry
};
Expanded expand(const Work& work, std::size_t rounds);

} // namespace hutch::run

#include "run/work.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hutch::run {

namespace {

/// Test and round → entry.
class Places {
  public:
    Places(const Work& work, std::size_t rounds, Expanded& expanded) : work_(work), places_(work.tests.size())
    {
        for (std::size_t round = 0; round < rounds; ++round) {
            for (std::size_t i = 0; i < work.tests.size(); ++i) {
                const std::size_t test = work.order.empty() ? i : work.order[i];
                if (round == 0 || is_test(test)) {
                    places_[test].push_back(expanded.occurrences.size());
                    expanded.occurrences.push_back({test, static_cast<int>(round) + 1});
                }
            }
        }
    }

    /// The entries that stand for `test` where it is waited for in `round`.
    std::vector<std::size_t> awaited(std::size_t test, int round, bool by_a_test) const
    {
        if (!by_a_test) {
            return places_[test]; // a tear-down waits for all rounds
        }
        return {places_[test].size() > 1 ? places_[test].at(static_cast<std::size_t>(round) - 1) : places_[test].front()};
    }

    bool is_test(std::size_t test) const { return work_.tests[test]->role == Role::test; }

  private:
    const Work& work_;
    std::vector<std::vector<std::size_t>> places_;
};

} // namespace

Expanded expand(const Work& work, std::size_t rounds)
{
    Expanded expanded;
    if (rounds <= 1 && work.order.empty()) {
        expanded.entries = work.entries;
        for (std::size_t test = 0; test < work.tests.size(); ++test) {
            expanded.occurrences.push_back({test, 1});
        }
        return expanded;
    }
    const Places places(work, std::max<std::size_t>(rounds, 1), expanded);
    for (const Occurrence& occurrence : expanded.occurrences) {
        schedule::Entry entry = work.entries[occurrence.test];
        for (std::vector<std::size_t>* awaited : {&entry.needs, &entry.after}) {
            for (const std::size_t test : std::exchange(*awaited, {})) {
                std::ranges::copy(places.awaited(test, occurrence.round, places.is_test(occurrence.test)),
                                  std::back_inserter(*awaited));
            }
        }
        expanded.entries.push_back(std::move(entry));
    }
    return expanded;
}

} // namespace hutch::run

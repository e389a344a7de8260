// Knows the rules of docs/scheduling.md in their plainest form, without an index or a counter that could be wrong, and watches an Agenda:
// each thing that happens is told to it, and it says what was against the rules. Everything is worked out anew each time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "schedule/agenda.h"

namespace hutch::schedule {

class Referee {
  public:
    enum class Fate : unsigned char { open, running, succeeded, failed, blocked, cancelled };

    Referee(std::vector<Entry> entries, Room room);

    /// What happened. A text: what was wrong with it.
    using Complaint = std::optional<std::string>;
    Complaint given(const Turn& turn, Microseconds now);
    Complaint nothing_given(Microseconds now);
    Complaint prepared(std::span<const Turn> ahead, std::size_t most, Microseconds now) const;
    void vacated(std::size_t entry);
    void forfeited(std::size_t entry);
    Complaint ended(std::size_t entry, bool succeeded, const Agenda::Ended& told, Microseconds now);
    void slots_set(std::size_t slots);
    Complaint cancelled(std::size_t never_started);
    Complaint wakes(std::optional<Microseconds> at, Microseconds now) const;

    std::size_t slots() const { return slots_; }
    bool all_over() const;
    Fate fate(std::size_t entry) const { return lives_[entry].fate; }
    int attempts(std::size_t entry) const { return lives_[entry].attempts; }
    std::size_t passed_most() const { return passed_most_; }

  private:
    struct Life {
        Fate fate = Fate::open;
        int attempts = 0;
        bool lost = false;
        Microseconds due{0};
        std::size_t passed = 0;        ///< by anything that, by the rule's words, takes what it waits for
        std::size_t truly_delayed = 0; ///< by what makes it start later if something that runs now ends
    };
    struct Holder {
        std::size_t entry, slots;
        int attempt;
        bool operator==(const Holder&) const = default;
    };
    using Holders = std::vector<Holder>;

    void rank();
    std::size_t slots_of(std::size_t entry) const;
    Bytes memory_of(std::size_t entry) const;
    bool in_group(std::size_t entry, std::size_t group) const;
    unsigned limit_of(std::size_t group) const { return std::max(1u, room_.groups[group]); }
    std::size_t used(const Holders& holders) const;
    bool groups_free(std::size_t entry, const Holders& holders) const;
    bool memory_free(std::size_t entry, const Holders& holders) const;
    bool fits(std::size_t entry, const Holders& holders) const;
    bool ready(std::size_t entry, Microseconds now) const;
    std::optional<std::size_t> first_ready(Microseconds now) const;
    bool takes_from(std::size_t entry, std::size_t first) const;
    bool truly_delays(std::size_t entry, std::size_t first) const;
    bool kept_for(std::size_t first) const;
    Complaint passes(std::size_t first, std::size_t started);
    std::vector<std::size_t> block();
    void give_back(std::size_t entry);

    std::vector<Entry> entries_;
    Room room_;
    std::size_t slots_;
    Bytes lost_memory_ = 0;
    std::vector<std::size_t> order_, rank_;
    std::vector<std::ptrdiff_t> members_; ///< of each group
    std::vector<Life> lives_;
    Holders holders_;
    std::size_t passed_most_ = 0;
    bool changed_ = false; ///< the number of slots was changed during the run
    struct Kept {
        std::size_t first;
        Holders awaited;
    };
    std::optional<Kept> kept_;
};

} // namespace hutch::schedule

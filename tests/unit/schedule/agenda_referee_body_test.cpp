// The referee of the simulation; see agenda_referee.h. Without tests: its name is one that the build collects.
#include "unit/schedule/agenda_referee.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

namespace hutch::schedule {

Referee::Referee(std::vector<Entry> entries, Room room)
    : entries_(std::move(entries)), room_(std::move(room)), slots_(room_.slots), rank_(entries_.size()),
      lives_(entries_.size())
{
    rank();
    for (std::size_t group = 0; group < room_.groups.size(); ++group) {
        members_.push_back(std::ranges::count_if(
            entries_, [&](const Entry& entry) { return std::ranges::count(entry.load.groups, group) > 0; }));
    }
}

void Referee::rank()
{
    std::vector<unsigned> priority;
    std::vector<Microseconds> chain;
    std::vector<bool> awaited(entries_.size(), false);
    for (const Entry& entry : entries_) {
        priority.push_back(entry.priority);
        chain.push_back(entry.expected);
    }
    for (bool changed = true; std::exchange(changed, false);) {
        for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
            for (const auto* list : {&entries_[entry].needs, &entries_[entry].after}) {
                for (const std::size_t before : *list) {
                    awaited[before] = true;
                    const auto longer = entries_[before].expected + chain[entry];
                    if (priority[entry] < priority[before] || longer > chain[before]) {
                        priority[before] = std::min(priority[before], priority[entry]);
                        chain[before] = std::max(chain[before], longer);
                        changed = true;
                    }
                }
            }
        }
    }
    order_.resize(entries_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
        const bool a_last = entries_[a].load.exclusive && !awaited[a];
        const bool b_last = entries_[b].load.exclusive && !awaited[b];
        const bool a_known = entries_[a].expected.count() > 0;
        const bool b_known = entries_[b].expected.count() > 0;
        return std::tie(priority[a], a_last, a_known, chain[b], a) <
               std::tie(priority[b], b_last, b_known, chain[a], b);
    });
    for (std::size_t place = 0; place < order_.size(); ++place) {
        rank_[order_[place]] = place;
    }
}

std::size_t Referee::slots_of(std::size_t entry) const
{
    return std::min(std::max<std::size_t>(entries_[entry].load.slots, 1), slots_);
}

Bytes Referee::memory_of(std::size_t entry) const
{
    return room_.memory > 0 ? entries_[entry].load.memory : 0;
}

bool Referee::in_group(std::size_t entry, std::size_t group) const
{
    return !entries_[entry].load.exclusive && std::ranges::count(entries_[entry].load.groups, group) > 0;
}

std::size_t Referee::used(const Holders& holders) const
{
    std::size_t sum = 0;
    for (const Holder& holder : holders) {
        sum += holder.slots;
    }
    return sum;
}

bool Referee::groups_free(std::size_t entry, const Holders& holders) const
{
    for (const std::size_t group : entries_[entry].load.groups) {
        const auto inside = std::ranges::count_if(holders, [&](const Holder& h) { return in_group(h.entry, group); });
        if (static_cast<unsigned>(inside) >= limit_of(group)) {
            return false;
        }
    }
    return true;
}

bool Referee::memory_free(std::size_t entry, const Holders& holders) const
{
    Bytes sum = 0;
    for (const Holder& holder : holders) {
        sum += memory_of(holder.entry);
    }
    return memory_of(entry) == 0 || sum == 0 || sum + memory_of(entry) + lost_memory_ <= room_.memory;
}

bool Referee::fits(std::size_t entry, const Holders& holders) const
{
    const bool beside_exclusive =
        std::ranges::any_of(holders, [&](const Holder& h) { return entries_[h.entry].load.exclusive; });
    return slots_ > 0 && used(holders) + slots_of(entry) <= slots_ && !beside_exclusive &&
           (!entries_[entry].load.exclusive || holders.empty()) && groups_free(entry, holders) &&
           memory_free(entry, holders);
}

bool Referee::ready(std::size_t entry, Microseconds now) const
{
    const Life& life = lives_[entry];
    const auto good = [&](std::size_t before) { return lives_[before].fate == Fate::succeeded; };
    const auto over = [&](std::size_t before) {
        return lives_[before].fate != Fate::open && lives_[before].fate != Fate::running;
    };
    return life.fate == Fate::open && life.due <= now && std::ranges::all_of(entries_[entry].needs, good) &&
           std::ranges::all_of(entries_[entry].after, over);
}

std::optional<std::size_t> Referee::first_ready(Microseconds now) const
{
    const auto found = std::ranges::find_if(order_, [&](std::size_t entry) { return ready(entry, now); });
    return found != order_.end() ? std::optional(*found) : std::nullopt;
}

/// The rule's words: it takes of what `first` lacks, or does not leave what `first` takes; whoever frees what `first`
/// lacks besides slots frees a slot, too.
bool Referee::takes_from(std::size_t entry, std::size_t first) const
{
    if (entries_[first].load.exclusive) {
        return true;
    }
    for (const std::size_t group : entries_[entry].load.groups) {
        const auto inside = std::ranges::count_if(holders_, [&](const Holder& h) { return in_group(h.entry, group); });
        if (in_group(first, group) && static_cast<unsigned>(inside) + 2 > limit_of(group)) {
            return true;
        }
    }
    Bytes sum = memory_of(entry) + memory_of(first) + lost_memory_;
    for (const Holder& holder : holders_) {
        sum += memory_of(holder.entry);
    }
    if (memory_of(entry) > 0 && memory_of(first) > 0 && sum > room_.memory) {
        return true;
    }
    const bool lacks_more = !groups_free(first, holders_) || !memory_free(first, holders_);
    return used(holders_) + slots_of(entry) + slots_of(first) > slots_ + (lacks_more ? 1 : 0);
}

/// The effect: there are attempts whose end would let `first` start, but not if `entry` runs, too.
bool Referee::truly_delays(std::size_t entry, std::size_t first) const
{
    Holders left;
    for (unsigned stay = 0; stay < 1u << holders_.size(); ++stay) {
        left.clear();
        for (std::size_t i = 0; i < holders_.size(); ++i) {
            if ((stay >> i & 1) != 0) {
                left.push_back(holders_[i]);
            }
        }
        if (!fits(first, left)) {
            continue;
        }
        left.push_back({entry, slots_of(entry), 0});
        if (!fits(first, left)) {
            return true;
        }
    }
    return false;
}

bool Referee::kept_for(std::size_t first) const
{
    return lives_[first].passed >= 2 * slots_;
}

Referee::Complaint Referee::given(const Turn& turn, Microseconds now)
{
    const std::size_t entry = turn.entry;
    Life& life = lives_[entry];
    if (!ready(entry, now)) {
        return fmt::format("{} was given, but may not start", entry);
    }
    if (turn.attempt != life.attempts + 1 || turn.slots != slots_of(entry)) {
        return fmt::format("{} was given as attempt {} with {} slots", entry, turn.attempt, turn.slots);
    }
    if (!fits(entry, holders_)) {
        return fmt::format("{} was given, but there is no room for it", entry);
    }
    const std::size_t first = *first_ready(now);
    const bool kept = !fits(first, holders_) && kept_for(first);
    for (const std::size_t better : order_) {
        if (better == entry) {
            break;
        }
        if (ready(better, now) && fits(better, holders_) && !(kept && takes_from(better, first))) {
            return fmt::format("{} was given, but {} comes before it", entry, better);
        }
    }
    if (kept_ && rank_[entry] < rank_[kept_->first]) {
        kept_.reset(); // one that came before it may take its room
    }
    auto complaint = first != entry ? passes(first, entry) : std::nullopt;
    life.fate = Fate::running;
    life.passed = life.truly_delayed = 0;
    ++life.attempts;
    holders_.push_back({entry, turn.slots, turn.attempt});
    return complaint;
}

Referee::Complaint Referee::passes(std::size_t first, std::size_t started)
{
    Life& life = lives_[first];
    const bool by_the_words = takes_from(started, first);
    const bool truly = truly_delays(started, first);
    if (kept_for(first) && by_the_words) {
        return fmt::format("{} passed {}, for which room is kept", started, first);
    }
    life.passed += by_the_words ? 1 : 0;
    life.truly_delayed += truly ? 1 : 0;
    passed_most_ = std::max(passed_most_, life.truly_delayed);
    if (truly && !changed_ && life.truly_delayed > 2 * slots_) {
        return fmt::format("{} was delayed {} times", first, life.truly_delayed);
    }
    return std::nullopt;
}

Referee::Complaint Referee::nothing_given(Microseconds now)
{
    const auto first = first_ready(now);
    if (!first || slots_ == 0) {
        kept_.reset();
        return std::nullopt;
    }
    const bool kept = kept_for(*first);
    if (holders_.empty()) {
        return fmt::format("{} could start, and nothing runs", *first);
    }
    for (const std::size_t entry : order_) {
        const bool may = !kept || (entry != *first && !takes_from(entry, *first));
        if (ready(entry, now) && fits(entry, holders_) && (entry == *first || may)) {
            return fmt::format("{} could start", entry);
        }
    }
    if (!kept || !kept_ || kept_->first != *first) {
        kept_ = kept ? std::optional(Kept{*first, holders_}) : std::nullopt;
        return std::nullopt;
    }
    const bool some_left =
        std::ranges::any_of(kept_->awaited, [&](const Holder& h) { return std::ranges::count(holders_, h) > 0; });
    return some_left ? std::nullopt
                     : Complaint(fmt::format("all has ended that {} had to wait for, and it does not start", *first));
}

namespace {

std::string list(std::span<const Turn> turns)
{
    std::string text;
    for (const Turn& turn : turns) {
        text += fmt::format("{}{}/{}", text.empty() ? "" : " ", turn.entry, turn.attempt);
    }
    return "[" + text + "]";
}

} // namespace

Referee::Complaint Referee::prepared(std::span<const Turn> ahead, std::size_t most, Microseconds now) const
{
    Holders then = holders_;
    const auto first = first_ready(now);
    const bool exclusive = std::ranges::any_of(then, [&](const Holder& h) { return entries_[h.entry].load.exclusive; });
    std::vector<Turn> expected;
    for (const std::size_t entry : order_) {
        const bool can_be_full = std::ranges::any_of(
            entries_[entry].load.groups, [&](std::size_t group) { return members_[group] > limit_of(group); });
        const bool plain = entries_[entry].load.slots <= 1 && !entries_[entry].load.exclusive && !can_be_full;
        if (plain && !exclusive && ready(entry, now) && memory_free(entry, then)) {
            expected.push_back({entry, lives_[entry].attempts + 1, std::min<std::size_t>(1, slots_)});
        }
    }
    expected.resize(std::min(expected.size(), most));
    const bool exact = first && !kept_for(*first) && used(holders_) <= slots_ && slots_ > 0;
    if (exact && !std::ranges::equal(ahead, expected)) {
        return fmt::format("made ready were {}, not {}", list(ahead), list(expected));
    }
    for (const Turn& turn : ahead) {
        if (!ready(turn.entry, now) || !memory_free(turn.entry, then)) {
            return fmt::format("{} cannot start next", turn.entry);
        }
    }
    return std::nullopt;
}

void Referee::give_back(std::size_t entry)
{
    std::erase_if(holders_, [&](const Holder& holder) { return holder.entry == entry; });
}

void Referee::vacated(std::size_t entry)
{
    give_back(entry);
}

void Referee::forfeited(std::size_t entry)
{
    const auto held = std::ranges::find(holders_, entry, &Holder::entry);
    if (held != holders_.end()) {
        slots_ -= std::min(slots_, held->slots);
        lost_memory_ = std::min(room_.memory, lost_memory_ + memory_of(entry));
        changed_ = true;
        kept_.reset();
    }
    lives_[entry].lost = true;
    give_back(entry);
}

std::vector<std::size_t> Referee::block()
{
    const auto bad = [&](std::size_t before) {
        return lives_[before].fate == Fate::failed || lives_[before].fate == Fate::blocked;
    };
    std::vector<std::size_t> blocked;
    for (bool changed = true; std::exchange(changed, false);) {
        for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
            if (lives_[entry].fate == Fate::open && std::ranges::any_of(entries_[entry].needs, bad)) {
                lives_[entry].fate = Fate::blocked;
                blocked.push_back(entry);
                changed = true;
            }
        }
    }
    std::ranges::sort(blocked);
    return blocked;
}

Referee::Complaint Referee::ended(std::size_t entry, bool succeeded, const Agenda::Ended& told, Microseconds now)
{
    give_back(entry);
    Life& life = lives_[entry];
    const bool rest_is_cancelled = std::ranges::count(lives_, Fate::cancelled, &Life::fate) > 0;
    const bool again = !succeeded && !life.lost && !rest_is_cancelled &&
                       static_cast<unsigned>(life.attempts) <= entries_[entry].retries;
    if (told.again != again) {
        return fmt::format("{} {} tried again after attempt {}", entry, again ? "is not" : "is", life.attempts);
    }
    life.due = now + entries_[entry].retry_delay;
    life.fate = again ? Fate::open : succeeded ? Fate::succeeded : Fate::failed;
    if (told.blocked != block()) {
        return fmt::format("not the right ones were blocked by {}", entry);
    }
    return std::nullopt;
}

void Referee::slots_set(std::size_t slots)
{
    slots_ = slots;
    changed_ = true;
    kept_.reset();
}

Referee::Complaint Referee::cancelled(std::size_t never_started)
{
    std::size_t never = 0;
    for (Life& life : lives_) {
        if (life.fate == Fate::open) {
            never += life.attempts == 0 ? 1 : 0;
            life.fate = Fate::cancelled;
        }
    }
    return never == never_started ? std::nullopt
                                  : Complaint(fmt::format("{} never started, not {}", never, never_started));
}

Referee::Complaint Referee::wakes(std::optional<Microseconds> at, Microseconds now) const
{
    std::optional<Microseconds> expected;
    for (const Life& life : lives_) {
        if (life.fate == Fate::open && life.attempts > 0 && life.due > now) {
            expected = std::min(expected.value_or(life.due), life.due);
        }
    }
    return at == expected ? std::nullopt : Complaint("the wrong time to wake");
}

bool Referee::all_over() const
{
    return std::ranges::none_of(lives_,
                                [](const Life& life) { return life.fate == Fate::open || life.fate == Fate::running; });
}

} // namespace hutch::schedule

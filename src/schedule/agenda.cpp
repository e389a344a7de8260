// The agenda; see agenda.h and docs/scheduling.md.
#include "schedule/agenda.h"

#include <algorithm>
#include <cassert>

namespace hutch::schedule {

Agenda::Agenda(std::vector<Entry> entries, Room room)
    : entries_(std::move(entries)), states_(entries_.size()), waiters_(entries_.size()), use_(room),
      ready_(entries_, room), open_(entries_.size())
{
    assert(find_cycle(entries_).empty());
    for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
        for (const std::size_t awaited : entries_[entry].needs) {
            waiters_[awaited].push_back({entry, true});
        }
        for (const std::size_t awaited : entries_[entry].after) {
            waiters_[awaited].push_back({entry, false});
        }
        states_[entry].awaits = entries_[entry].needs.size() + entries_[entry].after.size();
        if (states_[entry].awaits == 0) {
            make_ready(entry);
        }
    }
}

Turn Agenda::turn(std::size_t entry) const
{
    return {.entry = entry, .attempt = states_[entry].attempts + 1, .slots = use_.slots_for(ready_.shape(entry))};
}

void Agenda::make_ready(std::size_t entry)
{
    states_[entry].phase = Phase::ready;
    ready_.add(entry);
}

void Agenda::wake(Microseconds now)
{
    while (!delayed_.empty() && delayed_.top().first <= now) {
        make_ready(delayed_.top().second);
        delayed_.pop();
    }
}

/// The first one that fits; if the first one of all has been passed too often, only what does not delay it.
std::optional<std::size_t> Agenda::choose() const
{
    const auto first = ready_.first();
    if (!first || use_.fits(ready_.shape(*first), ready_.memory(*first))) {
        return first;
    }
    if (states_[*first].passed < patience()) {
        return ready_.first_of([&](const Shape& shape) { return use_.admits(shape); });
    }
    const Shape& kept_for = ready_.shape(*first);
    return ready_.first_of(
        [&](const Shape& shape) { return use_.admits_beside(shape, kept_for, ready_.memory(*first)); });
}

bool Agenda::delays(std::size_t entry, std::size_t first) const
{
    const auto limit = use_.admits_beside(ready_.shape(entry), ready_.shape(first), ready_.memory(first));
    return !limit || ready_.memory(entry) > *limit;
}

std::optional<Turn> Agenda::peek(Microseconds now)
{
    wake(now);
    const auto chosen = choose();
    return chosen ? std::optional(turn(*chosen)) : std::nullopt;
}

std::optional<Turn> Agenda::take(Microseconds now)
{
    const auto next = peek(now);
    if (!next) {
        return std::nullopt;
    }
    const std::size_t first = *ready_.first();
    if (first != next->entry && delays(next->entry, first)) {
        ++states_[first].passed;
    }
    State& state = states_[next->entry];
    use_.take(ready_.shape(next->entry), next->slots, ready_.memory(next->entry));
    ready_.remove(next->entry);
    state.phase = Phase::running;
    state.holds = true;
    state.held = next->slots;
    state.passed = 0;
    ++state.attempts;
    ++running_;
    return next;
}

std::vector<Turn> Agenda::ahead(std::size_t most) const
{
    const auto first = ready_.first();
    if (!first) {
        return {};
    }
    const RoomUse then = use_.after_a_plain_end();
    const Shape& shape = ready_.shape(*first);
    const bool kept = states_[*first].passed >= patience() && !use_.fits(shape, ready_.memory(*first));
    if (kept && then.fits(shape, ready_.memory(*first))) {
        return {}; // it takes what comes free
    }
    const auto limit = kept ? then.admits_beside(Shape{}, shape, ready_.memory(*first)) : then.admits(Shape{});
    std::vector<Turn> result;
    for (const std::size_t entry : limit ? ready_.plain(most, *limit) : std::vector<std::size_t>()) {
        result.push_back(turn(entry));
    }
    return result;
}

void Agenda::vacated(std::size_t entry)
{
    State& state = states_[entry];
    if (std::exchange(state.holds, false)) {
        use_.give_back(ready_.shape(entry), state.held, ready_.memory(entry));
    }
}

void Agenda::forfeit(std::size_t entry)
{
    State& state = states_[entry];
    state.lost = true;
    if (std::exchange(state.holds, false)) {
        use_.lose(ready_.shape(entry), state.held, ready_.memory(entry));
    }
}

Agenda::Ended Agenda::ended(std::size_t entry, bool succeeded, Microseconds now)
{
    State& state = states_[entry];
    assert(state.phase == Phase::running);
    vacated(entry);
    --running_;
    const Entry& what = entries_[entry];
    const bool more = static_cast<unsigned>(state.attempts) <= what.retries && !state.lost && !cancelled_;
    Ended result{.again = !succeeded && more, .blocked = {}};
    if (result.again && what.retry_delay > Microseconds{0}) {
        state.phase = Phase::delayed;
        delayed_.emplace(now + what.retry_delay, entry);
    } else if (result.again) {
        make_ready(entry);
    } else {
        settle(entry, succeeded, result.blocked);
        std::ranges::sort(result.blocked);
    }
    return result;
}

/// It will not run any more: those that wait for it become ready or, if they needed its success, are settled, too.
void Agenda::settle(std::size_t entry, bool succeeded, std::vector<std::size_t>& blocked)
{
    states_[entry].phase = Phase::over;
    --open_;
    std::vector<std::pair<std::size_t, bool>> settled{{entry, succeeded}};
    while (!settled.empty()) {
        const auto [over, good] = settled.back();
        settled.pop_back();
        for (const Waiter& waiter : waiters_[over]) {
            State& state = states_[waiter.entry];
            --state.awaits;
            if (state.phase != Phase::waiting) {
                continue; // blocked through another way, or cancelled
            }
            if (waiter.needs && !good) {
                state.phase = Phase::over;
                --open_;
                blocked.push_back(waiter.entry);
                settled.emplace_back(waiter.entry, false);
            } else if (state.awaits == 0) {
                make_ready(waiter.entry);
            }
        }
    }
}

std::optional<Microseconds> Agenda::wakes_at() const
{
    return delayed_.empty() ? std::nullopt : std::optional(delayed_.top().first);
}

std::size_t Agenda::cancel_rest()
{
    cancelled_ = true;
    std::size_t never = 0;
    for (std::size_t entry = 0; entry < states_.size(); ++entry) {
        State& state = states_[entry];
        if (state.phase == Phase::running || state.phase == Phase::over) {
            continue;
        }
        if (state.phase == Phase::ready) {
            ready_.remove(entry);
        }
        never += state.attempts == 0 ? 1 : 0;
        state.phase = Phase::over;
        --open_;
    }
    delayed_ = {};
    return never;
}

} // namespace hutch::schedule

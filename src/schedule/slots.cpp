// Slots of one runner by itself; see slots.h.
#include "schedule/slots.h"

#include <algorithm>
#include <cassert>

namespace hutch::schedule
{

LocalSlots::LocalSlots(std::size_t workers)
    : workers_(std::max<std::size_t>(workers, 1), State::free), capacity_(workers_.size())
{
}

std::optional<Slot> LocalSlots::acquire()
{
    const auto found = std::ranges::find(workers_, State::free);
    if (found == workers_.end()) {
        return std::nullopt;
    }
    *found = State::busy;
    return Slot{static_cast<std::size_t>(found - workers_.begin())};
}

void LocalSlots::release(Slot slot)
{
    assert(workers_.at(slot.worker) == State::busy);
    workers_.at(slot.worker) = State::free;
}

void LocalSlots::forfeit(Slot slot)
{
    assert(workers_.at(slot.worker) == State::busy);
    workers_.at(slot.worker) = State::lost;
    --capacity_;
}

} // namespace hutch::schedule

// The room's arithmetic; see room_use.h.
#include "schedule/room_use.h"

#include <algorithm>
#include <utility>

namespace hutch::schedule {

RoomUse::RoomUse(Room room) : room_(std::move(room)), groups_(room_.groups.size(), 0)
{
    for (unsigned& most : room_.groups) {
        most = std::max(most, 1u); // a group that nothing may enter could never end
    }
}

std::size_t RoomUse::slots_for(const Shape& shape) const
{
    return std::min(shape.slots, room_.slots);
}

bool RoomUse::has_groups_for(const Shape& shape) const
{
    return std::ranges::all_of(shape.groups, [&](std::size_t group) { return groups_[group] < room_.groups[group]; });
}

Bytes RoomUse::memory_limit() const
{
    if (counting_ == 0) {
        return any_memory; // what is larger than the budget has to run at some time: alone
    }
    return room_.memory > memory_ ? room_.memory - memory_ : 0;
}

std::optional<Bytes> RoomUse::admits(const Shape& shape) const
{
    const bool alone_if_it_must = exclusive_ == 0 && (!shape.exclusive || running_ == 0);
    const bool has_slots = room_.slots > 0 && slots_for(shape) <= free_slots();
    if (!alone_if_it_must || !has_slots || !has_groups_for(shape)) {
        return std::nullopt;
    }
    return memory_limit();
}

std::optional<Bytes> RoomUse::admits_beside(const Shape& shape, const Shape& first, Bytes first_memory) const
{
    auto limit = admits(shape);
    if (!limit || first.exclusive || shape.exclusive) {
        return std::nullopt;
    }
    for (const std::size_t group : shape.groups) {
        const bool shared = std::ranges::binary_search(first.groups, group);
        if (shared && groups_[group] + 2 > room_.groups[group]) {
            return std::nullopt;
        }
    }
    if (first_memory > 0) {
        // While something counts, at most what is left; while nothing does, what counts would make an outsized `first` wait.
        const Bytes left = counting_ > 0 ? *limit : room_.memory - std::min(room_.memory, memory_);
        limit = left > first_memory ? left - first_memory : 0;
    }
    // Whoever gives back the group or the memory that `first` lacks gives back a worker at the same moment, so that one is not
    // kept idle for it. Where `first` lacks nothing but workers, this refuses everything.
    const std::size_t to_keep = slots_for(first) - 1;
    return slots_for(shape) + to_keep <= free_slots() ? limit : std::nullopt;
}

bool RoomUse::fits(const Shape& shape, Bytes memory) const
{
    const auto limit = admits(shape);
    return limit && memory <= *limit;
}

void RoomUse::take(const Shape& shape, std::size_t slots, Bytes memory)
{
    ++running_;
    exclusive_ += shape.exclusive ? 1 : 0;
    used_ += slots;
    memory_ += memory;
    counting_ += memory > 0 ? 1 : 0;
    for (const std::size_t group : shape.groups) {
        ++groups_[group];
    }
}

void RoomUse::give_back(const Shape& shape, std::size_t slots, Bytes memory)
{
    --running_;
    exclusive_ -= shape.exclusive ? 1 : 0;
    used_ -= slots;
    memory_ -= memory;
    counting_ -= memory > 0 ? 1 : 0;
    for (const std::size_t group : shape.groups) {
        --groups_[group];
    }
}

void RoomUse::lose(const Shape& shape, std::size_t slots, Bytes memory)
{
    give_back(shape, slots, memory);
    room_.slots -= std::min(slots, room_.slots);
    room_.memory -= std::min(memory, room_.memory);
}

RoomUse RoomUse::after_a_plain_end() const
{
    RoomUse then = *this;
    if (then.running_ > 0 && then.used_ > 0) {
        then.give_back(Shape{}, 1, 0);
    }
    return then;
}

} // namespace hutch::schedule

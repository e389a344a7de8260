// Shapes and places; see ready_list.h.
#include "schedule/ready_list.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "schedule/order.h"

namespace hutch::schedule {

namespace {

std::vector<std::size_t> each_once(std::vector<std::size_t> groups)
{
    std::ranges::sort(groups);
    const auto [first, last] = std::ranges::unique(groups);
    groups.erase(first, last);
    return groups;
}

/// How many entries are in each group.
std::vector<std::size_t> count_members(std::span<const Entry> entries, std::size_t groups)
{
    std::vector<std::size_t> members(groups, 0);
    for (const Entry& entry : entries) {
        for (const std::size_t group : each_once(entry.load.groups)) {
            assert(group < groups);
            ++members[group];
        }
    }
    return members;
}

Shape shape_of(const Load& load, const Room& room, const std::vector<std::size_t>& members)
{
    Shape shape{.slots = std::max<std::size_t>(load.slots, 1), .exclusive = load.exclusive, .groups = {}};
    if (!load.exclusive) { // with nothing beside it, groups are no matter
        shape.groups = each_once(load.groups);
        std::erase_if(shape.groups,
                      [&](std::size_t group) { return members[group] <= std::max(room.groups[group], 1u); });
    }
    return shape;
}

} // namespace

ReadyList::ReadyList(std::span<const Entry> entries, const Room& room) : where_(entries.size())
{
    const std::vector<std::size_t> members = count_members(entries, room.groups.size());
    std::map<Shape, std::size_t> known;
    std::size_t rank = 0;
    for (const std::size_t entry : starting_order(entries)) {
        const Load& load = entries[entry].load;
        const auto [found, is_new] = known.try_emplace(shape_of(load, room, members), kinds_.size());
        if (is_new) {
            kinds_.push_back({.shape = found->first, .entries = {}, .memory = MinTree(0), .head = {}});
        }
        Kind& kind = kinds_[found->second];
        where_[entry] = {.kind = found->second,
                         .place = kind.entries.size(),
                         .rank = rank++,
                         .memory = room.memory > 0 ? std::min(load.memory, any_memory) : 0};
        kind.entries.push_back(entry);
    }
    for (Kind& kind : kinds_) {
        kind.memory = MinTree(kind.entries.size());
    }
    const auto plain = known.find(Shape{});
    plain_ = plain != known.end() ? std::optional(plain->second) : std::nullopt;
}

void ReadyList::add(std::size_t entry)
{
    const Where& where = where_[entry];
    kinds_[where.kind].memory.set(where.place, where.memory);
    update_head(where.kind);
}

void ReadyList::remove(std::size_t entry)
{
    const Where& where = where_[entry];
    kinds_[where.kind].memory.clear(where.place);
    update_head(where.kind);
}

void ReadyList::update_head(std::size_t kind)
{
    Kind& changed = kinds_[kind];
    const auto place = changed.memory.first(any_memory);
    const auto head = place ? std::optional(where_[changed.entries[*place]].rank) : std::nullopt;
    if (head == changed.head) {
        return;
    }
    if (changed.head) {
        heads_.erase({*changed.head, kind});
    }
    if (head) {
        heads_.emplace(*head, kind);
    }
    changed.head = head;
}

std::optional<std::size_t> ReadyList::first() const
{
    return first_of([](const Shape&) { return std::optional(any_memory); });
}

std::vector<std::size_t> ReadyList::plain(std::size_t most, Bytes limit) const
{
    std::vector<std::size_t> result;
    if (!plain_) {
        return result;
    }
    const Kind& kind = kinds_[*plain_];
    auto place = kind.memory.first(limit);
    while (place && result.size() < most) {
        result.push_back(kind.entries[*place]);
        place = kind.memory.first(limit, *place + 1);
    }
    return result;
}

} // namespace hutch::schedule

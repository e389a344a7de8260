// Cycles and ranks; see order.h.
#include "schedule/order.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <tuple>

namespace hutch::schedule {

namespace {

/// `visit` is called with everything that `entry` waits for, needs first.
template <class Visit> void each_awaited(const Entry& entry, Visit visit)
{
    std::ranges::for_each(entry.needs, visit);
    std::ranges::for_each(entry.after, visit);
}

/// Every entry behind all that it waits for. Entries of a cycle, and what waits for them, are missing.
std::vector<std::size_t> dependencies_first(std::span<const Entry> entries)
{
    std::vector<std::size_t> awaits(entries.size(), 0);
    std::vector<std::vector<std::size_t>> waiting(entries.size());
    std::vector<std::size_t> sorted;
    sorted.reserve(entries.size());
    for (std::size_t index = 0; index < entries.size(); ++index) {
        each_awaited(entries[index], [&](std::size_t awaited) {
            ++awaits[index];
            waiting[awaited].push_back(index);
        });
        if (awaits[index] == 0) {
            sorted.push_back(index);
        }
    }
    for (std::size_t done = 0; done < sorted.size(); ++done) {
        for (const std::size_t index : waiting[sorted[done]]) {
            if (--awaits[index] == 0) {
                sorted.push_back(index);
            }
        }
    }
    return sorted;
}

/// The smaller one starts first.
struct Key {
    unsigned priority;
    bool waited_for = false;
    Microseconds chain;
};

/// A broken record of a duration must not overflow a chain of a hundred thousand.
Microseconds credible(Microseconds expected)
{
    return std::clamp<Microseconds>(expected, Microseconds{0}, std::chrono::days(30));
}

std::vector<Key> keys_of(std::span<const Entry> entries)
{
    std::vector<Key> keys;
    keys.reserve(entries.size());
    for (const Entry& entry : entries) {
        keys.push_back({.priority = entry.priority, .chain = credible(entry.expected)});
    }
    const std::vector<std::size_t> sorted = dependencies_first(entries);
    for (auto next = sorted.rbegin(); next != sorted.rend(); ++next) {
        const Key heir = keys[*next]; // final: all that wait for it came before
        each_awaited(entries[*next], [&](std::size_t awaited) {
            Key& key = keys[awaited];
            key.waited_for = true;
            key.priority = std::min(key.priority, heir.priority);
            key.chain = std::max(key.chain, credible(entries[awaited].expected) + heir.chain);
        });
    }
    return keys;
}

} // namespace

std::vector<std::size_t> find_cycle(std::span<const Entry> entries)
{
    std::vector<bool> sound(entries.size(), false);
    for (const std::size_t index : dependencies_first(entries)) {
        sound[index] = true;
    }
    const auto bad = std::ranges::find(sound, false);
    if (bad == sound.end()) {
        return {};
    }
    // Each entry that is left waits for one that is left: whoever follows these comes round.
    std::vector<std::size_t> path;
    std::vector<bool> seen(entries.size(), false);
    auto at = static_cast<std::size_t>(bad - sound.begin());
    while (!seen[at]) {
        seen[at] = true;
        path.push_back(at);
        std::size_t next = at;
        bool found = false;
        each_awaited(entries[at], [&](std::size_t awaited) {
            if (!found && !sound[awaited]) {
                next = awaited;
                found = true;
            }
        });
        at = next;
    }
    path.erase(path.begin(), std::ranges::find(path, at)); // the way into the cycle
    std::ranges::rotate(path, std::ranges::min_element(path));
    return path;
}

std::vector<std::size_t> starting_order(std::span<const Entry> entries)
{
    const std::vector<Key> keys = keys_of(entries);
    const auto rank = [&](std::size_t index) {
        const bool last = entries[index].load.exclusive && !keys[index].waited_for;
        const bool known = entries[index].expected > Microseconds{0};
        return std::tuple(keys[index].priority, last, known, -keys[index].chain, index);
    };
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, rank);
    return order;
}

} // namespace hutch::schedule

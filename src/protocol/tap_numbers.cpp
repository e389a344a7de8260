// See tap_numbers.h.
#include "protocol/tap_numbers.h"

#include <algorithm>
#include <iterator>

namespace hutch::protocol {

TapNumbers::Added TapNumbers::add(std::uint64_t number)
{
    const auto next = runs_.upper_bound(number);
    const auto before = next == runs_.begin() ? runs_.end() : std::prev(next);
    if (before != runs_.end() && number <= before->second) {
        return Added::repeated;
    }
    const bool extends = before != runs_.end() && before->second == number - 1;
    const bool leads = next != runs_.end() && next->first == number + 1; // a greater one exists: no overflow
    if (extends) {
        before->second = leads ? next->second : number;
    } else if (leads) {
        runs_.emplace_hint(next, number, next->second);
    } else if (runs_.size() == most_runs) {
        return Added::no_room;
    } else {
        runs_.emplace_hint(next, number, number);
    }
    if (leads) {
        runs_.erase(next);
    }
    return Added::fresh;
}

std::uint64_t TapNumbers::seen_to(std::uint64_t last) const
{
    std::uint64_t count = 0;
    for (const auto& [from, to] : runs_) {
        if (from > last) {
            break;
        }
        count += std::min(to, last) - from + 1;
    }
    return count;
}

std::vector<std::uint64_t> TapNumbers::missing(std::uint64_t last, std::size_t most) const
{
    std::vector<std::uint64_t> found;
    std::uint64_t number = 1;
    const auto fill_to = [&](std::uint64_t end) {
        for (; number < end && found.size() < most; ++number) {
            found.push_back(number);
        }
    };
    for (const auto& [from, to] : runs_) {
        if (from > last || found.size() == most) {
            break;
        }
        fill_to(from);
        if (to >= last) {
            return found;
        }
        number = to + 1;
    }
    fill_to(last);
    if (number == last && found.size() < most) {
        found.push_back(last); // by itself: last + 1 may not exist
    }
    return found;
}

std::vector<std::uint64_t> TapNumbers::beyond(std::uint64_t last, std::size_t most) const
{
    std::vector<std::uint64_t> found;
    const auto after = runs_.upper_bound(last);
    auto run = after == runs_.begin() ? after : std::prev(after); // it may begin before and end behind `last`
    for (; run != runs_.end(); ++run) {
        if (run->second <= last) {
            continue;
        }
        for (std::uint64_t number = std::max(run->first, last + 1);; ++number) {
            if (found.size() == most) {
                return found;
            }
            found.push_back(number);
            if (number == run->second) {
                break;
            }
        }
    }
    return found;
}

} // namespace hutch::protocol

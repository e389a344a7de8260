// A tournament in a vector; see min_tree.h.
#include "schedule/min_tree.h"

#include <algorithm>
#include <bit>

namespace hutch::schedule {

MinTree::MinTree(std::size_t places)
    : places_(places), leaves_(std::bit_ceil(std::max<std::size_t>(places, 1))), least_(2 * leaves_, empty)
{}

void MinTree::set(std::size_t place, std::uint64_t number)
{
    std::size_t node = leaves_ + place;
    least_[node] = number;
    for (node /= 2; node > 0; node /= 2) {
        const std::uint64_t least = std::min(least_[2 * node], least_[2 * node + 1]);
        if (least_[node] == least) {
            return;
        }
        least_[node] = least;
    }
}

std::optional<std::size_t> MinTree::first(std::uint64_t at_most, std::size_t from) const
{
    if (from >= places_) {
        return std::nullopt;
    }
    std::size_t node = leaves_ + from;
    while (least_[node] > at_most) {
        while (node % 2 == 1) {
            node /= 2; // a right one: what follows it begins right of its parent
        }
        if (node == 0) {
            return std::nullopt; // that was the root
        }
        ++node;
    }
    while (node < leaves_) {
        node *= 2;
        node += least_[node] > at_most ? 1 : 0;
    }
    return node - leaves_;
}

} // namespace hutch::schedule

// A row of places, each empty or with a number: the first place from some point on whose number is small enough, in
// logarithmic time. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hutch::schedule {

class MinTree {
  public:
    explicit MinTree(std::size_t places);

    /// `number` is less than the greatest there is, which stands for an empty place.
    void set(std::size_t place, std::uint64_t number);
    void clear(std::size_t place) { set(place, empty); }
    std::optional<std::size_t> first(std::uint64_t at_most, std::size_t from = 0) const;

  private:
    static constexpr std::uint64_t empty = UINT64_MAX;
    std::size_t places_;
    std::size_t leaves_;               ///< a power of two
    std::vector<std::uint64_t> least_; ///< of the two below; the root is 1, the places are leaves_ …
};

} // namespace hutch::schedule

// The numbers of test points that were seen, in whatever order they came, in bounded memory: runs of neighbours are kept, not numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace hutch::protocol {

class TapNumbers {
  public:
    /// Runs that are kept. A stream in order is one run; one in random order has at most as many as half its numbers.
    static constexpr std::size_t most_runs = std::size_t{1} << 16;

    enum class Added { fresh, repeated, no_room };
    Added add(std::uint64_t number);

    /// How many of 1..last were seen.
    std::uint64_t seen_to(std::uint64_t last) const;

    /// The first `most` of 1..last that were not.
    std::vector<std::uint64_t> missing(std::uint64_t last, std::size_t most) const;

    /// The first `most` that were seen though they are greater than `last`.
    std::vector<std::uint64_t> beyond(std::uint64_t last, std::size_t most) const;

  private:
    std::map<std::uint64_t, std::uint64_t> runs_; ///< first → last, both included, never touching each other; no 0
};

} // namespace hutch::protocol

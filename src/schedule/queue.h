// What is still to run, first in, first out: the tests in discovery order, then what was put back. Pure; it knows
// nothing of slots, and a test that it gave out is no longer in it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "hutch/test.h"

namespace hutch::schedule
{

/// One attempt that is due.
struct Due {
    TestPtr test;
    int attempt = 1; ///< from 1
};

class Queue
{
  public:
    explicit Queue(std::vector<TestPtr> tests);

    /// The next attempt; unset when nothing is left.
    std::optional<Due> next();
    /// A further attempt at a test, behind everything else: `due.attempt` is the new attempt's number.
    void requeue(Due due);
    /// Nothing will be given out any more. Returns how many tests were never given out: what was put back had its
    /// attempt and does not count.
    std::size_t cancel_rest();

    bool empty() const { return due_.empty(); }
    std::size_t size() const { return due_.size(); }

  private:
    std::deque<Due> due_;
    bool cancelled_ = false;
};

} // namespace hutch::schedule

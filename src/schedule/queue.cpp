// The run's queue; see queue.h.
#include "schedule/queue.h"

#include <algorithm>
#include <utility>

namespace hutch::schedule
{

Queue::Queue(std::vector<TestPtr> tests)
{
    for (TestPtr& test : tests) {
        due_.push_back({std::move(test), 1});
    }
}

std::optional<Due> Queue::next()
{
    if (due_.empty()) {
        return std::nullopt;
    }
    Due due = std::move(due_.front());
    due_.pop_front();
    return due;
}

void Queue::requeue(Due due)
{
    // An attempt that ends after the rest was cancelled must not bring the run back to life.
    if (!cancelled_) {
        due_.push_back(std::move(due));
    }
}

std::size_t Queue::cancel_rest()
{
    cancelled_ = true;
    const auto never_run = std::ranges::count_if(due_, [](const Due& due) { return due.attempt == 1; });
    due_.clear();
    return static_cast<std::size_t>(never_run);
}

} // namespace hutch::schedule

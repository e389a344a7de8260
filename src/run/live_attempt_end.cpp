// Steps 9 to 12 of an attempt, when nothing of it lives: hand its slot on, collect its figures, remove its scope.

#include "run/live_attempt.h"

#include <cerrno>
#include <utility>

namespace hutch::run {

void LiveAttempt::vacate()
{
    if (vacated_) {
        std::exchange(vacated_, nullptr)(*this);
    }
}

void LiveAttempt::collect()
{
    patience_.disarm();
    emptiness_.reset();
    if (!collected_) {
        world_.manager.collect(*scope_, evidence_);
    }
    denials_.finish();
    denials_.add_to(evidence_);
    output_.finish();
    if (!output_.trouble().empty()) {
        complain(Error{.message = output_.trouble()});
    }
}

void LiveAttempt::remove()
{
    child_gone_.reset();
    control_.reset();
    if (scope_) {
        auto removed = world_.manager.remove(*scope_);
        if (!removed && removed.error().code == EBUSY && remove_again()) {
            return;
        }
        if (!removed) {
            complain(removed.error());
        }
    }
    feed(Input::removed);
}

/// A cgroup was seen to be busy right after it was empty (6.12, a test whose generations fork and exit in a chain): what
/// came to life is killed, and rmdir(2), which has no event to wait for, tried again for a while.
bool LiveAttempt::remove_again()
{
    constexpr int most_tries = 50;
    if (!evidence_.unkillable.empty() || ++remove_tries_ > most_tries) {
        return false;
    }
    if (auto killed = world_.manager.kill(*scope_); !killed) {
        complain(killed.error());
    }
    return patience_.arm(world_.loop, Milliseconds(20), [this] { remove(); }).has_value();
}

} // namespace hutch::run

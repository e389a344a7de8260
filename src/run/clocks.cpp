#include "run/clocks.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace hutch::run {

Result<void> PausableTimer::arm(sd::EventLoop& loop, Microseconds delay, std::function<void()> handler)
{
    handler_ = std::move(handler);
    left_.reset();
    return start(loop, delay);
}

Result<void> PausableTimer::start(sd::EventLoop& loop, Microseconds delay)
{
    due_ = base::monotonic_now() + delay;
    auto source = loop.after(delay, [this] {
        // Moved out first: the handler may arm this timer again, or destroy it.
        auto handler = std::exchange(handler_, nullptr);
        source_.reset();
        handler();
    });
    if (!source) {
        return std::unexpected(source.error());
    }
    source_ = std::move(*source);
    return {};
}

void PausableTimer::disarm()
{
    source_.reset();
    handler_ = nullptr;
    left_.reset();
}

void PausableTimer::pause()
{
    if (source_ && !left_) {
        left_ = std::max(Microseconds{0}, due_ - base::monotonic_now());
        source_.reset();
    }
}

Result<void> PausableTimer::resume(sd::EventLoop& loop)
{
    if (!left_) {
        return {};
    }
    return start(loop, *std::exchange(left_, std::nullopt));
}

void Stopwatch::start()
{
    sum_ = Microseconds{0};
    since_ = base::monotonic_now();
}

void Stopwatch::pause()
{
    stop();
}

void Stopwatch::resume()
{
    since_ = base::monotonic_now();
}

Microseconds Stopwatch::stop()
{
    if (since_) {
        sum_ += base::monotonic_now() - *since_;
        since_.reset();
    }
    return sum_;
}

} // namespace hutch::run

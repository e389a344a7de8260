// The monotonic clock and deadlines.
#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <ctime>

namespace hutch::base {

Microseconds monotonic_now()
{
    timespec now;
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds(now.tv_sec) + Microseconds(now.tv_nsec / 1000);
}

Microseconds Deadline::remaining() const
{
    return std::max(at_ - monotonic_now(), Microseconds{0});
}

int Deadline::poll_timeout() const
{
    const auto ms = std::chrono::ceil<Milliseconds>(remaining()).count();
    return static_cast<int>(std::min<std::int64_t>(ms, INT_MAX));
}

std::string utc_timestamp()
{
    timespec now;
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts;
    ::gmtime_r(&now.tv_sec, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1000000);
}

} // namespace hutch::base

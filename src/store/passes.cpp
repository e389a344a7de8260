#include "store/passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace hutch::store {

namespace {

std::uint64_t median(std::vector<std::uint64_t> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

std::string with_pass(std::string_view before, Microseconds duration, std::optional<Bytes> memory_peak)
{
    const auto micros = std::max<std::int64_t>(duration.count(), 0);
    std::string passes = memory_peak ? fmt::format("{}/{}", micros, *memory_peak) : fmt::format("{}/-", micros);
    std::size_t count = 1;
    for (const std::string_view pass : base::words(before)) {
        if (++count > passes_kept) {
            break;
        }
        passes += ' ';
        passes += pass;
    }
    return passes;
}

std::optional<Expected> expected_of(std::string_view passes)
{
    std::vector<std::uint64_t> durations, peaks;
    for (const std::string_view pass : base::words(passes)) {
        const auto [duration_text, peak_text] = base::cut(pass, '/');
        const auto duration = base::parse_uint64(duration_text);
        if (!duration || !peak_text || *duration > static_cast<std::uint64_t>(Microseconds::max().count()) ||
            durations.size() == passes_kept) {
            continue;
        }
        durations.push_back(*duration);
        if (const auto peak = base::parse_uint64(*peak_text)) {
            peaks.push_back(*peak);
        }
    }
    if (durations.empty()) {
        return std::nullopt;
    }
    return Expected{.duration = Microseconds(median(durations)),
                    .memory_peak = peaks.empty() ? std::nullopt : std::optional(median(peaks)),
                    .passes = durations.size()};
}

} // namespace hutch::store

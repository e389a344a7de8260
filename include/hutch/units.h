// Sizes, rates and durations as users write them. Values only; the parsers are in src/base/units.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "hutch/error.h"

namespace hutch {

using Bytes = std::uint64_t;
using Microseconds = std::chrono::microseconds;
using Milliseconds = std::chrono::milliseconds;

/// "64M", "1.5G", "512" (bytes), "2 MiB", "10MB": K, M, G, T are 1024-based, with or without B or iB, any case.
/// "25%" is that part of `whole` and an error when `whole` is 0. Anything else, and what does not fit, is a usage error.
Result<Bytes> parse_bytes(std::string_view text, Bytes whole = 0);

/// "90s", "1h 30m", "250ms", "10us", "1.5s"; a bare number is seconds. Negative, empty and unknown units are errors.
Result<Microseconds> parse_duration(std::string_view text);

/// "1.5" → 1.5, "150%" → 1.5. At least 0.01 (the kernel's smallest quota is 1 ms in 100 ms), at most 8192.
Result<double> parse_cpus(std::string_view text);

/// A whole number with optional K/M/G (1000-based: counts, not bytes); for operations a second and process counts.
Result<std::uint64_t> parse_count(std::string_view text);

/// 67108864 → "64 MB", 1572864 → "1.5 MB", 900 → "900 B". Three significant digits, 1024-based.
std::string format_bytes(Bytes bytes);

/// 1500 ms → "1.5 s", 90 s → "1 min 30 s", 250 µs → "250 µs".
std::string format_duration(Microseconds duration);

} // namespace hutch

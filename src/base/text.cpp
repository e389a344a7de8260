// Splitting, strict numbers, the nearest known word.
#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace hutch::base {

namespace {

constexpr std::string_view blanks = " \t\n\r\v\f";

template <class Number> std::optional<Number> parse_whole(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

template <class Part> std::string join_parts(std::span<const Part> parts, std::string_view separator)
{
    std::string joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        joined += i == 0 ? std::string_view{} : separator;
        joined += parts[i];
    }
    return joined;
}

/// Optimal string alignment: three rows are enough to see a swap of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

void Pieces::Iterator::advance()
{
    if (mode_ == Mode::words) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }
    if (last_ || (mode_ != Mode::split && rest_.empty())) {
        done_ = true;
        return;
    }
    const std::size_t end = mode_ == Mode::words ? rest_.find_first_of(blanks) : rest_.find(separator_);
    piece_ = rest_.substr(0, end);
    last_ = mode_ == Mode::split && end == std::string_view::npos;
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
}

Halves cut(std::string_view text, char separator)
{
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) {
        return {text, std::nullopt};
    }
    return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view trim(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<std::uint64_t> parse_uint64(std::string_view text)
{
    return parse_whole<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_int64(std::string_view text)
{
    return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_decimal(std::string_view text)
{
    const bool shaped = std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    if (!shaped || text.empty() || !is_digit(text.front()) || !is_digit(text.back())) {
        return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

std::string join(std::span<const std::string> parts, std::string_view separator)
{
    return join_parts(parts, separator);
}

std::string join(std::span<const std::string_view> parts, std::string_view separator)
{
    return join_parts(parts, separator);
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates)
{
    constexpr std::size_t longest_word = 200; // the work is quadratic, and the word may be anybody's
    if (word.size() > longest_word) {
        return std::nullopt;
    }
    std::optional<std::string_view> best;
    std::size_t best_distance = longest_word;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance * 3 <= std::max(word.size(), candidate.size()) && distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace hutch::base

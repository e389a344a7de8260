// Text: lazy splitting, strict numbers, joining, the nearest known word. Never allocates while splitting; never
// accepts a number with a sign, blank or trailing letter.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::base {

/// A lazy sequence of pieces of a text that must outlive it: `for (std::string_view line : lines(text))`.
class Pieces {
  public:
    enum class Mode {
        lines, ///< at '\n'; no empty piece after the last one
        words, ///< at runs of blanks, tabs and newlines; no empty pieces
        split, ///< at each `separator`; empty pieces are pieces; "" is one empty piece
    };

    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view*;
        using reference = const std::string_view&;

        Iterator() = default;
        reference operator*() const { return piece_; }
        pointer operator->() const { return &piece_; }
        Iterator& operator++()
        {
            advance();
            return *this;
        }
        Iterator operator++(int)
        {
            Iterator before = *this;
            advance();
            return before;
        }
        bool operator==(const Iterator& other) const
        {
            return done_ == other.done_ && (done_ || piece_.data() == other.piece_.data());
        }

      private:
        friend class Pieces;
        Iterator(std::string_view text, Mode mode, char separator) : rest_(text), mode_(mode), separator_(separator)
        {
            done_ = false;
            advance();
        }
        void advance();

        std::string_view piece_, rest_;
        Mode mode_ = Mode::split;
        char separator_ = '\0';
        bool last_ = false; ///< Mode::split: piece_ is the last one
        bool done_ = true;
    };

    Pieces(std::string_view text, Mode mode, char separator = '\0') : text_(text), mode_(mode), separator_(separator) {}
    Iterator begin() const { return Iterator(text_, mode_, separator_); }
    Iterator end() const { return {}; }
    std::vector<std::string_view> all() const { return {begin(), end()}; }

  private:
    std::string_view text_;
    Mode mode_;
    char separator_;
};

inline Pieces lines(std::string_view text)
{
    return {text, Pieces::Mode::lines, '\n'};
}
inline Pieces words(std::string_view text)
{
    return {text, Pieces::Mode::words};
}
inline Pieces split(std::string_view text, char separator)
{
    return {text, Pieces::Mode::split, separator};
}

/// "key=value" → {"key", "value"}; without the separator all is `before`, and `after` is unset.
struct Halves {
    std::string_view before;
    std::optional<std::string_view> after;
};
Halves cut(std::string_view text, char separator);

/// Without blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);

/// Digits and nothing else, all of them, no overflow.
std::optional<std::uint64_t> parse_uint64(std::string_view text);
/// As parse_uint64, with an optional '-'.
std::optional<std::int64_t> parse_int64(std::string_view text);
/// Digits with at most one '.', "1.50"; no sign, exponent, inf or nan.
std::optional<double> parse_decimal(std::string_view text);

std::string to_lower(std::string_view text); ///< ASCII only

std::string join(std::span<const std::string> parts, std::string_view separator);
std::string join(std::span<const std::string_view> parts, std::string_view separator);

/// The candidate with the least edit distance (insert, delete, replace, swap of neighbours) to `word`, for "did you
/// mean …?". Unset when none is near: more than a third of the longer word has to change. Ties: the first.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace hutch::base

// Text without a libc: comparing, numbers. No allocation, no locale.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hutch::init {

inline std::size_t length_of(const char* text)
{
    std::size_t length = 0;
    while (text[length] != '\0') {
        ++length;
    }
    return length;
}

inline bool equal(const char* left, const char* right)
{
    while (*left != '\0' && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

inline bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/// A number in decimal: `Decimal(-17)` has the text "-17".
class Decimal {
  public:
    explicit Decimal(std::int64_t value)
    {
        std::uint64_t rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        do {
            bytes_[--begin_] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (value < 0) {
            bytes_[--begin_] = '-';
        }
    }
    const char* data() const { return bytes_ + begin_; }
    std::size_t size() const { return sizeof(bytes_) - begin_; }

  private:
    char bytes_[24];
    std::size_t begin_ = sizeof(bytes_);
};

} // namespace hutch::init

// Descriptors in signatures: an owned one, a borrowed one, and "directory + name". Every descriptor is close-on-exec at
// birth (style rule 6); these types never change that.
#pragma once

#include <string>
#include <utility>

namespace hutch::base {

/// A descriptor that somebody else closes.
class BorrowedFd {
  public:
    constexpr BorrowedFd() = default;
    constexpr explicit BorrowedFd(int fd) : fd_(fd) {}
    constexpr int get() const { return fd_; }
    constexpr bool valid() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// A descriptor that is closed here. Move only.
class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        if (this != &other) {
            reset(std::exchange(other.fd_, -1));
        }
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void reset(int fd = -1);
    operator BorrowedFd() const { return BorrowedFd(fd_); }

  private:
    int fd_ = -1;
};

/// A name below an open directory: what the *at(2) calls take.
struct FileAt {
    BorrowedFd directory;
    const char* name;
};

} // namespace hutch::base

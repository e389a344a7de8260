// What /proc/PID/stat says, without a libc; and paths below /proc. Answers may be out of date when they are read:
// whoever signals somebody pins the process by a pidfd first.
#pragma once

#include <cstddef>

#include "init/syscalls.h"
#include "init/text.h"

namespace hutch::init {

struct Stat {
    char state = 'X'; ///< R S D Z T t; X: gone
    int parent = 0;
};
Stat read_stat(int pid);

/// "/proc/4711/task/4712/children"; what does not fit is cut off.
class Path {
  public:
    explicit Path(const char* begin) { *this += begin; }
    Path& operator+=(const char* text)
    {
        append(text, length_of(text));
        return *this;
    }
    Path& operator+=(int number)
    {
        const Decimal text(number);
        append(text.data(), text.size());
        return *this;
    }
    const char* c_str() const { return bytes_; }

  private:
    void append(const char* text, std::size_t length)
    {
        const std::size_t room = sizeof(bytes_) - 1 - size_;
        const std::size_t kept = length < room ? length : room;
        __builtin_memcpy(bytes_ + size_, text, kept);
        size_ += kept;
        bytes_[size_] = '\0';
    }
    char bytes_[64] = {};
    std::size_t size_ = 0;
};

/// `visit(pid)` for each number that the file behind `fd` lists: "4712 4713 \n", one a line, or both.
template <class Visit> void for_each_pid(int fd, Visit visit)
{
    char buffer[1024];
    int pid = 0;
    for (long got = read(fd, buffer, sizeof(buffer)); got > 0; got = read(fd, buffer, sizeof(buffer))) {
        for (long at = 0; at < got; ++at) {
            if (is_digit(buffer[at])) {
                pid = pid * 10 + (buffer[at] - '0');
                continue;
            }
            if (pid > 0) {
                visit(pid);
            }
            pid = 0;
        }
    }
}

/// The number that `text` begins with; 0 where it begins with none.
int parse_pid(const char* text);

} // namespace hutch::init

// See output.h.
#include "spawn/output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace hutch::spawn {

namespace {

constexpr std::size_t read_size = std::size_t{64} << 10; // what a pipe holds

/// All of it. A terminal or pipe that somebody has made non-blocking is waited for: so would a blocking one be.
Result<void> write_tee(base::BorrowedFd tee, std::span<const char> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(tee.get(), bytes.data(), bytes.size());
        if (written >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd room{tee.get(), POLLOUT, 0};
            (void)::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return system_error("write a test's output");
        }
    }
    return {};
}

} // namespace

void HeadTail::append(std::span<const char> bytes)
{
    total_ += bytes.size();
    const std::size_t to_head = std::min(bytes.size(), head_limit_ - head_.size());
    head_.append(bytes.data(), to_head);
    bytes = bytes.subspan(to_head);
    if (bytes.size() > tail_limit_) { // the rest would be overwritten at once
        bytes = bytes.last(tail_limit_);
        oldest_ = 0;
        tail_.assign(bytes.begin(), bytes.end());
        return;
    }
    const std::size_t to_grow = std::min(bytes.size(), tail_limit_ - tail_.size());
    tail_.insert(tail_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(to_grow));
    for (bytes = bytes.subspan(to_grow); !bytes.empty();) {
        const std::size_t piece = std::min(bytes.size(), tail_.size() - oldest_);
        std::copy_n(bytes.begin(), piece, tail_.begin() + static_cast<std::ptrdiff_t>(oldest_));
        oldest_ = (oldest_ + piece) % tail_.size();
        bytes = bytes.subspan(piece);
    }
}

std::string HeadTail::tail() const
{
    const auto oldest = tail_.begin() + static_cast<std::ptrdiff_t>(oldest_);
    std::string result(oldest, tail_.end());
    result.append(tail_.begin(), oldest);
    return result;
}

Captured HeadTail::captured() const
{
    return {.head = head_, .tail = tail(), .dropped = dropped(), .total = total_};
}

Result<OutputPipe> OutputPipe::open(std::size_t capacity, base::BorrowedFd tee, Sink sink)
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe for a test's output");
    }
    base::UniqueFd read_end(ends[0]), write_end(ends[1]);
    if (::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0) { // not the test's end: it would see EAGAIN
        return system_error("make a pipe non-blocking");
    }
    return OutputPipe(std::move(read_end), std::move(write_end), capacity, tee, std::move(sink));
}

Result<OutputPipe::Drained> OutputPipe::drain(std::size_t bound)
{
    if (!read_end_.valid()) {
        return Drained::closed;
    }
    std::array<char, read_size> buffer; // NOLINT(*-member-init): 64 KB are not cleared for each read
    for (std::size_t done = 0; done < bound;) {
        const ssize_t got = ::read(read_end_.get(), buffer.data(), buffer.size());
        if (got == 0) {
            return Drained::closed;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return Drained::empty;
        }
        if (got < 0) {
            return system_error("read a test's output");
        }
        const std::span<const char> bytes(buffer.data(), static_cast<std::size_t>(got));
        kept_.append(bytes);
        if (sink_) {
            sink_({bytes.data(), bytes.size()});
        }
        done += bytes.size();
        if (tee_.valid()) {
            if (auto written = write_tee(tee_, bytes); !written) {
                return std::unexpected(std::move(written.error()));
            }
        }
    }
    return Drained::more;
}

} // namespace hutch::spawn

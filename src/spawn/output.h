// A test's output: a pipe, and a bounded memory of what came through it. Responsible for never keeping, reading or
// blocking more than it was told to, whatever a test writes. No event loop here: run/ says when a pipe is readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "hutch/event.h"

namespace hutch::spawn {

/// The first and the last bytes of a stream. Of `capacity` bytes the first half is the head; the rest is a ring that
/// holds the tail. Memory grows with the output, up to `capacity`.
class HeadTail {
  public:
    explicit HeadTail(std::size_t capacity) : head_limit_(capacity / 2), tail_limit_(capacity - capacity / 2) {}

    void append(std::span<const char> bytes);

    const std::string& head() const { return head_; }
    std::string tail() const;
    std::uint64_t total() const { return total_; }
    std::uint64_t dropped() const { return total_ - head_.size() - tail_.size(); } ///< between head and tail
    Captured captured() const;

  private:
    std::size_t head_limit_, tail_limit_;
    std::string head_;
    std::vector<char> tail_; ///< a ring once it is full
    std::size_t oldest_ = 0; ///< index into tail_ of its first byte
    std::uint64_t total_ = 0;
};

/// One stream's pipe. The write end goes to the child and is then closed here; the read end never blocks.
class OutputPipe {
  public:
    enum class Drained {
        empty, ///< nothing more now
        more,  ///< the bound was reached: there may be more
        closed ///< all writers have gone
    };

    /// Sees everything, piece by piece, as it comes.
    using Sink = std::function<void(std::string_view)>;

    /// `tee`: everything is also written there; it has to outlive the pipe. A full disk is an Error of drain().
    static Result<OutputPipe> open(std::size_t capacity, base::BorrowedFd tee = {}, Sink sink = nullptr);

    base::BorrowedFd read_end() const { return read_end_; }
    base::BorrowedFd write_end() const { return write_end_; }
    void close_write_end() { write_end_.reset(); }
    /// What comes later is lost, and a writer gets SIGPIPE. For orphans that keep the pipe open.
    void close_read_end() { read_end_.reset(); }

    /// Reads what is there, at most about `bound` bytes. A closed read end is `closed`.
    Result<Drained> drain(std::size_t bound = std::size_t{1} << 20);

    const HeadTail& kept() const { return kept_; }

  private:
    OutputPipe(base::UniqueFd read_end, base::UniqueFd write_end, std::size_t capacity, base::BorrowedFd tee, Sink sink)
        : read_end_(std::move(read_end)), write_end_(std::move(write_end)), kept_(capacity), tee_(tee), sink_(std::move(sink))
    {}
    base::UniqueFd read_end_, write_end_;
    HeadTail kept_;
    base::BorrowedFd tee_;
    Sink sink_;
};

} // namespace hutch::spawn

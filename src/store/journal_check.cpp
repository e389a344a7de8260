#include "store/journal_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/file.h"

namespace hutch::store {

namespace {

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then frames of 24 bytes and a page. Numbers are
// big-endian; sums run on from frame to frame, over words in the byte order that the lowest bit of the magic number names.
constexpr std::size_t header_size = 32;
constexpr std::size_t frame_header_size = 24;
constexpr std::uint32_t magic = 0x377f0682;

using Bytes8 = std::span<const unsigned char>;

std::uint32_t big_endian(Bytes8 bytes, std::size_t at)
{
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

struct Sum {
    std::uint32_t first = 0, second = 0;
    bool big = false;

    void add(Bytes8 bytes)
    {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first += word(bytes, at) + second;
            second += word(bytes, at + 4) + first;
        }
    }
    bool is(Bytes8 bytes, std::size_t at) const { return big_endian(bytes, at) == first && big_endian(bytes, at + 4) == second; }

  private:
    std::uint32_t word(Bytes8 bytes, std::size_t at) const
    {
        const std::uint32_t value = big_endian(bytes, at);
        return big ? value : __builtin_bswap32(value);
    }
};

struct Log {
    base::UniqueFd fd;
    std::vector<unsigned char> header;
    std::size_t page = 0;
    Sum sum;

    std::size_t frame_size() const { return frame_header_size + page; }
};

bool read_at(base::BorrowedFd fd, std::span<unsigned char> into, std::size_t offset)
{
    return ::pread(fd.get(), into.data(), into.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(into.size());
}

/// Whether the header is one; fills in page and sum.
bool understood(Log& log)
{
    const Bytes8 header = log.header;
    const std::uint32_t page = big_endian(header, 8);
    if ((big_endian(header, 0) & ~1U) != magic || page < 512 || page > 65536 || (page & (page - 1)) != 0) {
        return false;
    }
    log.page = page;
    log.sum.big = (big_endian(header, 0) & 1U) != 0;
    log.sum.add(header.first(24));
    return log.sum.is(header, 24);
}

bool of_this_log(const Log& log, Bytes8 frame)
{
    return big_endian(frame, 8) == big_endian(log.header, 16) && big_endian(frame, 12) == big_endian(log.header, 20);
}

/// Adds frame `number` (from 0) to the sum if it is sound.
bool take(Log& log, std::span<unsigned char> frame, std::size_t number)
{
    if (!read_at(log.fd, frame, header_size + number * log.frame_size()) || !of_this_log(log, frame)) {
        return false;
    }
    Sum sum = log.sum;
    sum.add(Bytes8(frame).first(8));
    sum.add(Bytes8(frame).subspan(frame_header_size));
    if (!sum.is(frame, 16)) {
        return false;
    }
    log.sum = sum;
    return true;
}

/// The last commit of this log that comes after the unsound frame `bad`; not `bad` itself, which a killed process may have left
/// unfinished. Frames of an earlier use of the file have other salts.
std::optional<std::size_t> commit_after(const Log& log, std::size_t bad, std::size_t frames)
{
    std::array<unsigned char, frame_header_size> frame;
    std::optional<std::size_t> last;
    for (std::size_t number = bad + 1; number < frames; ++number) {
        const bool whole = read_at(log.fd, frame, header_size + number * log.frame_size());
        if (whole && of_this_log(log, frame) && big_endian(frame, 4) != 0) {
            last = number;
        }
    }
    return last;
}

bool same_header(const Log& log)
{
    std::vector<unsigned char> now(header_size);
    return read_at(log.fd, now, 0) && now == log.header;
}

std::string frames_lost(Log& log, std::size_t size, const std::string& path)
{
    const std::size_t frames = (size - header_size) / log.frame_size();
    std::vector<unsigned char> frame(log.frame_size());
    std::size_t number = 0;
    while (true) {
        while (number < frames && take(log, frame, number)) {
            ++number;
        }
        const auto commit = commit_after(log, number, frames);
        if (!commit || !same_header(log)) {
            return {}; // or another process began it anew: it read all before
        }
        // A process that writes right now makes frames in order: if there is a later one, this one is there by now.
        if (!take(log, frame, number)) {
            return fmt::format("'{}' is damaged: {} of its {} pages cannot be read, and what was recorded last is lost", path,
                               *commit + 1 - number, *commit + 1);
        }
        ++number;
    }
}

} // namespace

std::string lost_in_journal(const std::string& path)
{
    auto fd = base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;
    if (!fd || ::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {};
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size < header_size) {
        return {};
    }
    Log log{.fd = std::move(*fd), .header = std::vector<unsigned char>(header_size), .page = 0, .sum = {}};
    if (!read_at(log.fd, log.header, 0)) {
        return {};
    }
    if (!understood(log)) {
        return same_header(log) ? fmt::format("'{}' is damaged: it cannot be read, and what was recorded last is lost", path) : "";
    }
    return frames_lost(log, size, path);
}

} // namespace hutch::store

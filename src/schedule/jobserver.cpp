// Client of make's job server; see jobserver.h.
#include "schedule/jobserver.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace hutch::schedule {

namespace {

/// make writes a blank within a word as "\ ", and a backslash as "\\".
std::vector<std::string> words_of(std::string_view makeflags)
{
    std::vector<std::string> words;
    std::string word;
    bool escaped = false;
    for (const char c : makeflags) {
        if (!escaped && (c == ' ' || c == '\t')) {
            if (!word.empty()) {
                words.push_back(std::exchange(word, {}));
            }
        } else if (!escaped && c == '\\') {
            escaped = true;
        } else {
            word += c;
            escaped = false;
        }
    }
    if (!word.empty()) {
        words.push_back(word);
    }
    return words;
}

std::optional<int> parse_fd(std::string_view text)
{
    const auto number = base::parse_int64(text);
    const bool fits =
        number && *number >= std::numeric_limits<int>::min() && *number <= std::numeric_limits<int>::max();
    return fits ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

Result<std::optional<JobserverAddress>> parse_address(std::string_view text)
{
    constexpr std::string_view fifo = "fifo:";
    if (text.starts_with(fifo) && text.size() > fifo.size()) {
        return JobserverAddress{.fifo = std::string(text.substr(fifo.size()))};
    }
    const auto [read, write] = base::cut(text, ',');
    const auto read_fd = parse_fd(read);
    const auto write_fd = write ? parse_fd(*write) : std::nullopt;
    if (!read_fd || !write_fd) {
        return plain_error(fmt::format("make's job server '{}': not understood", text));
    }
    if (*read_fd < 0 || *write_fd < 0) {
        return std::nullopt; // make's way to say that this command has none
    }
    return JobserverAddress{.read_fd = *read_fd, .write_fd = *write_fd};
}

constexpr std::string_view not_passed_on = "make passes its job server on only to commands that it takes for a make: "
                                           "put '+' in front of the command in the makefile";

/// A description of our own of an inherited pipe's end: a flag set on it is nobody else's.
Result<base::UniqueFd> reopen(int fd, int access)
{
    struct stat status {};
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fstat(fd, &status) != 0) {
        return plain_error(fmt::format("make's job server: descriptor {} is not open", fd), std::string(not_passed_on));
    }
    // The number may since have been given to something else.
    if (!S_ISFIFO(status.st_mode) || ((flags & O_ACCMODE) != access && (flags & O_ACCMODE) != O_RDWR)) {
        return plain_error(fmt::format("make's job server: descriptor {} is not {} end of a pipe", fd,
                                       access == O_RDONLY ? "the reading" : "the writing"),
                           std::string(not_passed_on));
    }
    return base::open_file(fmt::format("/proc/self/fd/{}", fd), access | O_NONBLOCK | O_CLOEXEC);
}

Result<base::UniqueFd> open_fifo(const std::string& path)
{
    // For both: with a reader and a writer (us) there is neither an end of file nor a broken pipe when make is gone.
    auto fd = base::open_file(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct stat status {};
    if (fd && (::fstat(fd->get(), &status) != 0 || !S_ISFIFO(status.st_mode))) {
        return plain_error(fmt::format("make's job server: '{}' is not a named pipe", path));
    }
    return fd;
}

} // namespace

Result<std::optional<JobserverAddress>> parse_makeflags(std::string_view makeflags)
{
    Result<std::optional<JobserverAddress>> last = std::nullopt;
    for (const std::string_view word : words_of(makeflags)) {
        if (word == "--") {
            break; // variables of the command line follow
        }
        const auto [name, value] = base::cut(word, '=');
        if (value && (name == "--jobserver-auth" || name == "--jobserver-fds")) {
            last = parse_address(*value);
        }
    }
    return last;
}

bool is_dry_run(std::string_view makeflags)
{
    // The first word is options of one letter without a dash; where there are none, it is empty, or something longer.
    const std::string_view first = makeflags.substr(0, makeflags.find_first_of(" \t"));
    return !first.starts_with('-') && !first.contains('=') && first.contains('n');
}

JobserverSlots::JobserverSlots(base::UniqueFd read, base::UniqueFd write, std::size_t workers)
    : workers_(workers), read_(std::move(read)), write_(std::move(write))
{}

Result<std::unique_ptr<JobserverSlots>> JobserverSlots::open(const JobserverAddress& address, std::size_t workers)
{
    const bool named = !address.fifo.empty();
    auto read = named ? open_fifo(address.fifo) : reopen(address.read_fd, O_RDONLY);
    if (!read) {
        return std::unexpected(read.error());
    }
    auto write = named ? Result<base::UniqueFd>(base::UniqueFd()) : reopen(address.write_fd, O_WRONLY);
    if (!write) {
        return std::unexpected(write.error());
    }
    return std::unique_ptr<JobserverSlots>(new JobserverSlots(std::move(*read), std::move(*write), workers));
}

JobserverSlots::~JobserverSlots()
{
    return_tokens(0);
}

std::optional<Slot> JobserverSlots::acquire()
{
    wanting_ = false;
    const auto slot = workers_.acquire();
    if (!slot) {
        return std::nullopt;
    }
    if (tokens_.size() < busy_ && !take_token()) { // one slot needs none
        workers_.release(*slot);
        return std::nullopt;
    }
    ++busy_;
    return slot;
}

void JobserverSlots::release(Slot slot)
{
    workers_.release(slot);
    --busy_;
    // Whichever slot it was: the one that needs no byte is the last to be free again.
    return_tokens(busy_ > 0 ? busy_ - 1 : 0);
}

void JobserverSlots::forfeit(Slot slot)
{
    workers_.forfeit(slot);
}

std::optional<base::BorrowedFd> JobserverSlots::wait_fd() const
{
    return wanting_ ? std::optional(base::BorrowedFd(read_)) : std::nullopt;
}

bool JobserverSlots::take_token()
{
    char token = 0;
    ssize_t got = 0;
    do {
        got = ::read(read_.get(), &token, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1) {
        tokens_ += token;
        return true;
    }
    // At an end of file, the pipe would be readable for ever, with nothing in it.
    wanting_ = got < 0 && errno == EAGAIN;
    return false;
}

/// What cannot be written (a pipe that somebody filled) is kept, and tried again the next time.
void JobserverSlots::return_tokens(std::size_t keep)
{
    const int fd = write_.valid() ? write_.get() : read_.get();
    while (tokens_.size() > keep) {
        const ssize_t put = ::write(fd, &tokens_.back(), 1);
        if (put == 1) {
            tokens_.pop_back();
        } else if (errno != EINTR) {
            return;
        }
    }
}

} // namespace hutch::schedule

// Whole reads and single writes of small files. The removal of trees is in remove_tree.cpp.
#include "base/file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace hutch::base {

namespace {

/// read(2) until `buffer` is full or the file ends; the count, or -1 with errno.
ssize_t read_fully(int fd, std::span<char> buffer)
{
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const ssize_t got = ::read(fd, buffer.data() + filled, buffer.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(filled);
}

int open_raw(FileAt file, int flags, mode_t mode)
{
    int fd = -1;
    do {
        fd = ::openat(file.directory.get(), file.name, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/// Long values (a container's whole environment by mistake) do not belong into a message.
std::string shortened(std::string_view value)
{
    constexpr std::size_t most = 100;
    while (!value.empty() && value.back() == '\n') {
        value.remove_suffix(1);
    }
    return value.size() <= most ? std::string(value) : fmt::format("{}…", value.substr(0, most));
}

} // namespace

Result<UniqueFd> open_file(FileAt file, int flags, mode_t mode)
{
    UniqueFd fd(open_raw(file, flags, mode));
    if (!fd.valid()) {
        return system_error(fmt::format("open '{}'", file.name));
    }
    return fd;
}

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode)
{
    return open_file(at_path(path), flags, mode);
}

Result<std::string> read_file(FileAt file, std::size_t limit)
{
    const UniqueFd fd(open_raw(file, O_RDONLY, 0));
    if (!fd.valid()) {
        return system_error(fmt::format("read '{}'", file.name));
    }
    return read_file(fd, file.name, limit);
}

Result<std::string> read_file(BorrowedFd fd, std::string_view name, std::size_t limit)
{
    // st_size is 0 for kernel files, therefore it is read until the end. Most fit into the first piece.
    std::array<char, 4096> piece;
    std::string content;
    while (true) {
        const ssize_t got = read_fully(fd.get(), piece);
        if (got < 0) {
            return system_error(fmt::format("read '{}'", name));
        }
        content.append(piece.data(), static_cast<std::size_t>(got));
        if (content.size() > limit) {
            return system_error(fmt::format("read '{}', more than {} bytes", name, limit), EFBIG);
        }
        if (static_cast<std::size_t>(got) < piece.size()) {
            return content;
        }
    }
}

Result<std::string> read_file(const std::string& path, std::size_t limit)
{
    return read_file(at_path(path), limit);
}

std::optional<std::string_view> read_into(FileAt file, std::span<char> buffer)
{
    const UniqueFd fd(open_raw(file, O_RDONLY, 0));
    return fd.valid() ? reread_into(fd, buffer) : std::nullopt;
}

std::optional<std::string_view> reread_into(BorrowedFd fd, std::span<char> buffer)
{
    ssize_t got = -1;
    do {
        got = ::pread(fd.get(), buffer.data(), buffer.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return std::nullopt;
    }
    return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

Result<void> write_once(FileAt file, std::string_view value)
{
    const UniqueFd fd(open_raw(file, O_WRONLY, 0));
    ssize_t written = -1;
    if (fd.valid()) {
        do {
            written = ::write(fd.get(), value.data(), value.size());
        } while (written < 0 && errno == EINTR);
    }
    if (written < 0) {
        return system_error(fmt::format("write {} '{}'", file.name, shortened(value)));
    }
    if (static_cast<std::size_t>(written) != value.size()) {
        return system_error(
            fmt::format("write {} '{}', {} of {} bytes taken", file.name, shortened(value), written, value.size()),
            EIO);
    }
    return {};
}

Result<void> write_once(const std::string& path, std::string_view value)
{
    return write_once(at_path(path), value);
}

Result<void> write_all(BorrowedFd fd, std::string_view data, std::string_view name)
{
    while (!data.empty()) {
        const ssize_t written = ::write(fd.get(), data.data(), data.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return system_error(fmt::format("write '{}'", name));
        }
        data.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode)
{
    static std::atomic<unsigned> serial{0};
    const std::string beside = fmt::format("{}.{}-{}.tmp", path, ::getpid(), serial++);
    auto fd = open_file(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (!fd) {
        return std::unexpected(std::move(fd.error()));
    }
    auto done = write_all(*fd, content, beside);
    if (done && ::fsync(fd->get()) != 0) {
        done = system_error(fmt::format("fsync '{}'", beside));
    }
    if (done && ::rename(beside.c_str(), path.c_str()) != 0) {
        done = system_error(fmt::format("rename '{}' to '{}'", beside, path));
    }
    if (!done) {
        ::unlink(beside.c_str());
    }
    return done;
}

Result<std::string> read_link(FileAt link)
{
    std::array<char, 4096> target;
    const ssize_t got = ::readlinkat(link.directory.get(), link.name, target.data(), target.size());
    if (got < 0) {
        return system_error(fmt::format("read link '{}'", link.name));
    }
    if (static_cast<std::size_t>(got) == target.size()) {
        return system_error(fmt::format("read link '{}'", link.name), ENAMETOOLONG);
    }
    return std::string(target.data(), static_cast<std::size_t>(got));
}

Result<std::string> read_link(const std::string& path)
{
    return read_link(at_path(path));
}

Result<void> make_directory(FileAt directory, mode_t mode)
{
    if (::mkdirat(directory.directory.get(), directory.name, mode) != 0) {
        return system_error(fmt::format("mkdir '{}'", directory.name));
    }
    return {};
}

Result<void> make_directories(const std::string& path, mode_t mode)
{
    for (std::size_t end = path.find('/', 1); true; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST) {
            return system_error(fmt::format("mkdir '{}'", part));
        }
        if (end == std::string::npos) {
            break;
        }
    }
    struct stat status;
    if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return system_error(fmt::format("mkdir '{}'", path), ENOTDIR);
    }
    return {};
}

bool exists(FileAt file)
{
    return ::faccessat(file.directory.get(), file.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool exists(const std::string& path)
{
    return exists(at_path(path));
}

} // namespace hutch::base

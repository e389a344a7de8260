#include "store/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/file.h"

namespace hutch::store {

namespace {

constexpr const char* file_name = "store.sqlite";
constexpr const char* draft_name = "store.sqlite.new";
constexpr const char* suspect_suffix = ".suspect";
/// What SQLite puts beside a file. Renamed along with it, so that "sqlite3 store.sqlite.damaged-1" sees all there is.
constexpr std::array<const char*, 3> companions = {"-wal", "-shm", "-journal"};
constexpr int most_damaged = 1000;
constexpr std::string_view elsewhere = "HUTCH_STATE_DIR=DIRECTORY puts the store elsewhere; --no-store runs without one";

Result<std::string> resolved(const std::string& directory)
{
    const std::unique_ptr<char, void (*)(void*)> path(::realpath(directory.c_str(), nullptr), ::free);
    if (path == nullptr) {
        return system_error(fmt::format("resolve '{}'", directory));
    }
    return std::string(path.get());
}

template <class T> Result<T> with_hint(Result<T> result, std::string_view hint)
{
    if (!result && result.error().hint.empty()) {
        result.error().hint = hint;
    }
    return result;
}

/// Git is to see nothing of a directory that is the store's alone. Any other directory that HUTCH_STATE_DIR names may hold a user's
/// files, and they would vanish from git's sight.
Result<void> hide_from_git(base::BorrowedFd directory, bool made, std::string_view path)
{
    if (!made && !path.ends_with("/.hutch")) {
        return {};
    }
    const base::FileAt ignore{directory, ".gitignore"};
    if (base::exists(ignore)) {
        return {};
    }
    auto fd = base::open_file(ignore, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!fd) {
        return fd.error().code == EEXIST ? Result<void>{} : std::unexpected(std::move(fd.error()));
    }
    return base::write_all(*fd, "*\n", ".gitignore");
}

/// "NFS" where locks and shared memory do not reach other machines; "" elsewhere. Numbers: statfs(2), linux/magic.h.
std::string network_file_system(base::BorrowedFd directory)
{
    struct Kind {
        std::uint32_t magic;
        const char* name;
    };
    static constexpr std::array<Kind, 7> kinds = {{{0x6969, "NFS"},
                                                   {0x517b, "SMB"},
                                                   {0xff534d42, "CIFS"},
                                                   {0xfe534d42, "SMB2"},
                                                   {0x01021997, "9p"},
                                                   {0x5346414f, "AFS"},
                                                   {0x00c36400, "Ceph"}}};
    struct statfs status;
    if (::fstatfs(directory.get(), &status) != 0) {
        return {};
    }
    for (const Kind& kind : kinds) {
        if (static_cast<std::uint32_t>(status.f_type) == kind.magic) {
            return kind.name;
        }
    }
    return {};
}

/// rename(2) that replaces nothing. Where the file system cannot promise that (EINVAL: NFS), the lock has to do.
bool rename_new(base::BorrowedFd directory, const char* from, const char* to)
{
    if (::renameat2(directory.get(), from, directory.get(), to, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    if (base::exists(base::FileAt{directory, to})) {
        errno = EEXIST;
        return false;
    }
    return ::renameat(directory.get(), from, directory.get(), to) == 0;
}

void rename_companions(base::BorrowedFd directory, const std::string& from, const std::string& to)
{
    for (const char* suffix : companions) {
        (void)::renameat(directory.get(), (from + suffix).c_str(), directory.get(), (to + suffix).c_str());
    }
}

} // namespace

Home::Home(base::UniqueFd fd, std::string directory)
    : fd_(std::move(fd)), directory_(std::move(directory)), file_(directory_ + "/" + file_name)
{}

Result<Home> Home::at(const StorePlace& place)
{
    const bool made = !base::exists(place.directory);
    if (auto done = with_hint(base::make_directories(place.directory, 0700), elsewhere); !done) {
        return std::unexpected(std::move(done.error()));
    }
    auto path = resolved(place.directory);
    if (!path) {
        return std::unexpected(std::move(path.error()));
    }
    auto fd = base::open_file(*path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) {
        return std::unexpected(std::move(fd.error()));
    }
    if (auto hidden = with_hint(hide_from_git(*fd, made, *path), elsewhere); !hidden) {
        hidden.error().message = fmt::format("prepare '{}': {}", *path, hidden.error().message);
        return std::unexpected(std::move(hidden.error()));
    }
    return Home(std::move(*fd), std::move(*path));
}

Result<Home::Stands> Home::look() const
{
    struct stat status;
    if (::fstatat(fd_.get(), file_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? Result<Stands>(Stands::nothing) : system_error(fmt::format("look at '{}'", file_));
    }
    if (S_ISLNK(status.st_mode)) {
        auto refused = system_error(fmt::format("open '{}', a symbolic link", file_), ELOOP);
        refused.error().hint = fmt::format("remove it; {}", elsewhere);
        return refused;
    }
    // A new store gets its name when it is whole (install_draft()): an empty one has lost its content, and SQLite, which takes it for a
    // new one, would remove its log.
    constexpr off_t smallest_page = 512;
    if (!S_ISREG(status.st_mode) || status.st_size < smallest_page) {
        return Stands::other;
    }
    // SQLite would need to write to the directory even to read: -wal and -shm.
    if (::faccessat(fd_.get(), file_name, R_OK | W_OK, AT_EACCESS) != 0 || ::faccessat(fd_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
        auto refused = system_error(fmt::format("open '{}' for writing (its owner: user {})", file_, status.st_uid));
        refused.error().hint = elsewhere;
        return refused;
    }
    return Stands::store;
}

std::optional<std::uint64_t> Home::size() const
{
    struct stat status;
    if (::fstatat(fd_.get(), file_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<base::UniqueFd> Home::lock(Milliseconds patience) const
{
    // A description of its own: flock(2) belongs to it, and two Stores of one process exclude each other, too.
    auto fd = base::open_file(base::FileAt{fd_, "."}, O_RDONLY | O_DIRECTORY);
    if (!fd) {
        return fd;
    }
    const auto deadline = base::Deadline::after(patience);
    while (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return system_error(fmt::format("lock '{}'", directory_));
        }
        if (deadline.passed()) {
            return system_error(
                fmt::format("lock '{}' within {}: another process makes or repairs the store", directory_, format_duration(patience)),
                EAGAIN);
        }
        const timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000}; // the kernel has no flock with a deadline
        ::nanosleep(&pause, nullptr);
    }
    return fd;
}

Result<std::string> Home::set_aside() const
{
    for (int number = 1; number <= most_damaged; ++number) {
        const std::string name = fmt::format("{}.damaged-{}", file_name, number);
        if (rename_new(fd_, file_name, name.c_str())) {
            rename_companions(fd_, file_name, name);
            clear_suspect();
            return name;
        }
        if (errno != EEXIST && errno != ENOTEMPTY) {
            auto refused = system_error(fmt::format("rename the damaged '{}' to '{}'", file_, name));
            refused.error().hint = elsewhere;
            return refused;
        }
    }
    return plain_error(fmt::format("rename the damaged '{}': {} of them are there already", file_, most_damaged),
                       fmt::format("rm -r '{}'.damaged-*", file_));
}

std::string Home::copy_journal_aside() const
{
    for (int number = 1; number <= most_damaged; ++number) {
        const std::string name = fmt::format("{}-wal.damaged-{}", file_name, number);
        std::error_code refused;
        if (std::filesystem::copy_file(file_ + "-wal", fmt::format("{}/{}", directory_, name), refused)) {
            return name;
        }
        if (refused != std::errc::file_exists) {
            break;
        }
    }
    return {};
}

void Home::remove_draft() const
{
    (void)::unlinkat(fd_.get(), draft_name, 0);
    for (const char* suffix : companions) {
        (void)::unlinkat(fd_.get(), (std::string(draft_name) + suffix).c_str(), 0);
    }
}

Result<void> Home::install_draft() const
{
    // Companions of a file that somebody removed: SQLite would take them for the new one's.
    for (const char* suffix : companions) {
        (void)::unlinkat(fd_.get(), (std::string(file_name) + suffix).c_str(), 0);
    }
    if (!rename_new(fd_, draft_name, file_name)) {
        return system_error(fmt::format("rename '{}' to '{}'", draft(), file_));
    }
    if (::fsync(fd_.get()) != 0 && errno != EINVAL) { // EINVAL: file systems that have nothing to do for a directory
        return system_error(fmt::format("fsync '{}'", directory_));
    }
    return {};
}

bool Home::suspect() const
{
    return base::exists(file_ + suspect_suffix);
}

void Home::clear_suspect() const
{
    (void)::unlink((file_ + suspect_suffix).c_str());
}

void mark_suspect(const std::string& file)
{
    (void)base::open_file(file + suspect_suffix, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
}

std::string Home::misgivings() const
{
    const std::string kind = network_file_system(fd_);
    return kind.empty() ? ""
                        : fmt::format("the store '{}' is on {}: runs on different machines must not share it; {}", file_, kind, elsewhere);
}

} // namespace hutch::store

// Removes a directory tree that somebody hostile may have built. Each non-empty directory's subdirectories are first
// moved up into the top one, so that neither the depth of the tree (a test can nest deeper than any stack, PATH_MAX
// or the descriptor limit) nor symbolic links matter: only two directories are open at a time, every name is a single
// component.
#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/clock.h"
#include "base/file.h"

namespace hutch::base {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// A directory that can be listed and changed, whatever its mode was. Never follows a link.
UniqueFd open_directory(FileAt directory)
{
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::openat(directory.directory.get(), directory.name, flags));
    if (!fd.valid() && errno == EACCES) {
        ::fchmodat(directory.directory.get(), directory.name, 0700, AT_SYMLINK_NOFOLLOW);
        fd.reset(::openat(directory.directory.get(), directory.name, flags));
    }
    struct stat status;
    if (fd.valid() && ::fstat(fd.get(), &status) == 0 && (status.st_mode & 0700) != 0700) {
        ::fchmod(fd.get(), 0700); // a failure shows itself at the first unlinkat
    }
    return fd;
}

class Removal {
  public:
    explicit Removal(BorrowedFd top) : top_(top), serial_(static_cast<std::uint64_t>(monotonic_now().count())) {}

    Result<void> run()
    {
        while (pass()) {
        }
        return std::move(result_);
    }

  private:
    /// Goes once through the top directory. Whether it has to be done again: something was there and something was
    /// achieved.
    bool pass()
    {
        progress_ = 0;
        result_ = {};
        const bool left = for_each(top_, [this](const char* name) {
            if (unlink(top_, name)) {
                return;
            }
            flatten(name);
            if (!unlink(top_, name)) {
                fail(name);
            }
        });
        return left && progress_ > 0;
    }

    /// Empties `top/name`: files are removed, non-empty directories moved up into `top`.
    void flatten(const char* name)
    {
        const UniqueFd directory = open_directory({top_, name});
        if (!directory.valid()) {
            return;
        }
        for_each(directory, [&](const char* entry) {
            if (!unlink(directory, entry) && !move_up(directory, entry)) {
                fail(entry);
            }
        });
    }

    bool unlink(BorrowedFd directory, const char* name)
    {
        const bool gone = ::unlinkat(directory.get(), name, 0) == 0 ||
                          (errno == EISDIR && ::unlinkat(directory.get(), name, AT_REMOVEDIR) == 0) || errno == ENOENT;
        progress_ += gone ? 1 : 0;
        return gone;
    }

    bool move_up(BorrowedFd directory, const char* name)
    {
        if (errno != ENOTEMPTY && errno != EEXIST) {
            return false;
        }
        open_directory({directory, name}); // its mode: moving to another parent writes its ".."
        for (int attempt = 0; attempt < 16; ++attempt) {
            const std::string up = fmt::format(".hutch-removed-{:x}", serial_++);
            if (::renameat(directory.get(), name, top_.get(), up.c_str()) == 0) {
                ++progress_;
                return true;
            }
        }
        return false;
    }

    void fail(const char* name)
    {
        if (result_) {
            result_ = system_error(fmt::format("remove '{}'", name));
        }
    }

    /// Whether there was any entry. A fresh description for each pass: the offset of a shared one would be anywhere.
    template <class Visit> bool for_each(BorrowedFd fd, Visit visit)
    {
        const Directory directory(::fdopendir(::openat(fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
        if (!directory) {
            fail(".");
            return false;
        }
        bool any = false;
        while (const dirent* entry = ::readdir(directory.get())) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") {
                any = true;
                visit(entry->d_name);
            }
        }
        return any;
    }

    BorrowedFd top_;
    std::uint64_t serial_;
    std::size_t progress_ = 0;
    Result<void> result_;
};

} // namespace

Result<void> remove_tree(FileAt tree)
{
    if (::unlinkat(tree.directory.get(), tree.name, 0) == 0 || errno == ENOENT) {
        return {};
    }
    if (errno != EISDIR) {
        return system_error(fmt::format("remove '{}'", tree.name));
    }
    const UniqueFd top = open_directory(tree);
    if (!top.valid()) {
        return system_error(fmt::format("remove '{}'", tree.name));
    }
    if (auto emptied = Removal(top).run(); !emptied) {
        emptied.error().message += fmt::format(" (below '{}')", tree.name);
        return emptied;
    }
    if (::unlinkat(tree.directory.get(), tree.name, AT_REMOVEDIR) != 0) {
        return system_error(fmt::format("remove '{}'", tree.name));
    }
    return {};
}

Result<void> remove_tree(const std::string& path)
{
    return remove_tree(at_path(path));
}

} // namespace hutch::base

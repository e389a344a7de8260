#include "run/temp_dirs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "scope/sweep.h"

namespace hutch::run {

TempDirs::TempDirs(std::string parent, std::string_view run_id) : root_(fmt::format("{}/hutch-{}", parent, run_id)) {}

TempDirs::~TempDirs()
{
    if (!fd_.valid()) {
        return;
    }
    for (const std::string& name : free_) {
        ::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR);
    }
    // What a test has put beside its own directory, as soon as nobody can be using it.
    if (::rmdir(root_.c_str()) != 0 && out_ == 0) {
        (void)base::remove_tree(root_);
    }
}

Result<void> TempDirs::open_root()
{
    // Exclusive: somebody else's directory of this name in a shared /tmp must not become ours.
    if (auto made = base::make_directory(base::at_path(root_), 0700); !made) {
        return made;
    }
    auto opened = base::open_file(root_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (!opened) {
        return std::unexpected(opened.error());
    }
    fd_ = std::move(*opened);
    (void)scope::lock_run_directory(fd_); // where it cannot be had, the run id has to say that we live
    return {};
}

Result<std::string> TempDirs::take()
{
    if (!fd_.valid()) {
        if (auto opened = open_root(); !opened) {
            return std::unexpected(opened.error());
        }
    }
    if (!free_.empty()) {
        const std::string name = std::move(free_.back());
        free_.pop_back();
        ++out_;
        return fmt::format("{}/{}", root_, name);
    }
    const std::string name = fmt::format("d{}", ++made_);
    if (auto made = base::make_directory({fd_, name.c_str()}, 0700); !made) {
        return std::unexpected(made.error());
    }
    ++out_;
    return fmt::format("{}/{}", root_, name);
}

bool TempDirs::is_as_new(const std::string& name) const
{
    const base::UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status = {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0 || (status.st_mode & 07777) != 0700 ||
        status.st_uid != ::geteuid()) {
        return false;
    }
    // "." and ".." take 48 bytes; a third entry, which takes 280 at most, is one too many and has to find room.
    std::array<char, 512> entries;
    const long got = ::syscall(SYS_getdents64, fd.get(), entries.data(), entries.size());
    constexpr long dot_and_dot_dot = 48;
    return got == dot_and_dot_dot;
}

Result<void> TempDirs::give_back(const std::string& path)
{
    std::string name = path.substr(path.rfind('/') + 1);
    --out_;
    if (is_as_new(name)) {
        free_.push_back(std::move(name));
        return {};
    }
    return base::remove_tree({fd_, name.c_str()});
}

} // namespace hutch::run

// A private directory's birth and end.
#include "base/temp_dir.h"

#include <fmt/format.h>
#include <stdlib.h>

#include "base/file.h"

namespace hutch::base {

Result<TempDir> TempDir::create(std::string_view prefix, std::string parent)
{
    if (parent.empty()) {
        const char* set = ::getenv("TMPDIR");
        parent = set != nullptr && set[0] == '/' ? set : "/tmp";
    }
    std::string path = fmt::format("{}/{}XXXXXX", parent, prefix);
    if (::mkdtemp(path.data()) == nullptr) {
        return system_error(fmt::format("make a private directory in '{}'", parent));
    }
    auto fd = open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) {
        ::rmdir(path.c_str());
        return std::unexpected(std::move(fd.error()));
    }
    return TempDir(std::move(*fd), std::move(path));
}

TempDir& TempDir::operator=(TempDir&& other) noexcept
{
    if (this != &other) {
        (void)remove();
        fd_ = std::move(other.fd_);
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

TempDir::~TempDir()
{
    (void)remove();
}

Result<void> TempDir::remove()
{
    if (path_.empty()) {
        return {};
    }
    fd_.reset();
    return remove_tree(std::exchange(path_, {}));
}

} // namespace hutch::base

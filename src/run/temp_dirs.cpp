#include "run/temp_dirs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.h"

namespace hutch::run {

TempDirs::TempDirs(std::string parent, std::string_view run_id) : root_(fmt::format("{}/hutch-{}", parent, run_id)) {}

TempDirs::~TempDirs()
{
    if (fd_.valid()) {
        ::rmdir(root_.c_str());
    }
}

Result<std::string> TempDirs::make(std::string_view name)
{
    if (!fd_.valid()) {
        // Exclusive: somebody else's directory of this name in a shared /tmp must not become ours.
        if (auto made = base::make_directory(base::at_path(root_), 0700); !made) {
            return std::unexpected(made.error());
        }
        auto opened = base::open_file(root_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (!opened) {
            return std::unexpected(opened.error());
        }
        fd_ = std::move(*opened);
    }
    const std::string file(name);
    if (auto made = base::make_directory({fd_, file.c_str()}, 0700); !made) {
        return std::unexpected(made.error());
    }
    return fmt::format("{}/{}", root_, name);
}

Result<void> TempDirs::remove(const std::string& path)
{
    const std::string name = path.substr(path.rfind('/') + 1);
    if (::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR) == 0) {
        return {}; // most tests leave nothing
    }
    return base::remove_tree({fd_, name.c_str()});
}

} // namespace hutch::run

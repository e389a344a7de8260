// Depth first, without recursion; the way up is "..", which a cgroup's directory keeps even after its removal.
#include "kernel/cgroup_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace hutch::kernel {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

struct Level {
    std::string name;
    std::vector<std::string> unvisited;
};

} // namespace

base::UniqueFd open_despite_mode(base::FileAt cgroup)
{
    base::UniqueFd fd(::openat(cgroup.directory.get(), cgroup.name, directory_flags));
    if (!fd.valid() && errno == EACCES) {
        ::fchmodat(cgroup.directory.get(), cgroup.name, 0700, AT_SYMLINK_NOFOLLOW);
        fd.reset(::openat(cgroup.directory.get(), cgroup.name, directory_flags));
    }
    struct stat status;
    if (fd.valid() && ::fstat(fd.get(), &status) == 0 && (status.st_mode & 0700) != 0700) {
        ::fchmod(fd.get(), 0700); // without write and search nothing below it can be removed
    }
    return fd;
}

std::vector<std::string> child_cgroups(base::BorrowedFd cgroup)
{
    std::vector<std::string> names;
    base::UniqueFd again(::openat(cgroup.get(), ".", directory_flags)); // a description with an offset of its own
    const std::unique_ptr<DIR, CloseDirectory> directory(again.valid() ? ::fdopendir(again.get()) : nullptr);
    if (!directory) {
        return names;
    }
    again.release(); // closedir() has it now
    while (const dirent* entry = ::readdir(directory.get())) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            names.emplace_back(entry->d_name);
        }
    }
    std::ranges::sort(names);
    return names;
}

void walk_cgroups(base::BorrowedFd top, const std::function<void(base::BorrowedFd)>& entered,
                  const std::function<void(base::BorrowedFd, const std::string&)>& left)
{
    std::vector<Level> levels;
    levels.push_back({{}, child_cgroups(top)});
    base::UniqueFd current; // of levels.back(), unless that is `top`
    while (true) {
        const base::BorrowedFd here = levels.size() == 1 ? top : current;
        if (!levels.back().unvisited.empty()) {
            std::string name = std::move(levels.back().unvisited.back());
            levels.back().unvisited.pop_back();
            base::UniqueFd child = open_despite_mode({here, name.c_str()});
            if (!child.valid()) {
                left(here, name);
                continue;
            }
            entered(child);
            levels.push_back({std::move(name), child_cgroups(child)});
            current = std::move(child);
            continue;
        }
        if (levels.size() == 1) {
            return;
        }
        const std::string name = std::move(levels.back().name);
        levels.pop_back();
        current.reset(levels.size() == 1 ? -1 : ::openat(here.get(), "..", directory_flags));
        if (levels.size() > 1 && !current.valid()) {
            return; // a directory above lost its search permission under our feet
        }
        left(levels.size() == 1 ? top : current, name);
    }
}

} // namespace hutch::kernel

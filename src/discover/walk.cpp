// See walk.h. One getdents64(2) per batch of names and one faccessat2(2) per candidate; stat(2) only where the
// directory does not tell the type.
#include "discover/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/fd.h"

namespace hutch::discover
{
namespace
{

constexpr std::array<std::string_view, 3> passed_over_directories{"node_modules", "__pycache__", "CMakeFiles"};
constexpr std::array<std::string_view, 5> passed_over_suffixes{"~", ".orig", ".rej", ".bak", ".so"};

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

enum class Kind { file, directory, other };

Kind kind_of(const struct stat& status)
{
    return S_ISREG(status.st_mode) ? Kind::file : S_ISDIR(status.st_mode) ? Kind::directory : Kind::other;
}

/// Links are resolved, but a link to a directory is `other`.
Kind kind_of(int directory, const dirent& entry)
{
    if (entry.d_type == DT_REG || entry.d_type == DT_DIR) {
        return entry.d_type == DT_REG ? Kind::file : Kind::directory;
    }
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) {
        return Kind::other;
    }
    struct stat status;
    if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return Kind::other;
    }
    if (!S_ISLNK(status.st_mode)) {
        return kind_of(status);
    }
    const bool is_file = ::fstatat(directory, entry.d_name, &status, 0) == 0 && S_ISREG(status.st_mode);
    return is_file ? Kind::file : Kind::other;
}

/// Unset: it is gone, or no directory any more.
Result<std::optional<Directory>> open_directory(int root, const std::string& below, const std::string& shown)
{
    const char* path = below.empty() ? "." : below.c_str();
    base::UniqueFd fd(::openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
            return std::nullopt;
        }
        return system_error(fmt::format("open directory '{}/{}'", shown, below));
    }
    Directory directory(::fdopendir(fd.get()));
    if (!directory) {
        return system_error(fmt::format("open directory '{}/{}'", shown, below));
    }
    fd.release();
    return directory;
}

/// What is found and what is still to be opened.
struct Walk {
    const Wants& wants;
    std::vector<Found> files;
    std::vector<std::string> directories;
};

void sort_in(Walk& walk, int directory, const std::string& below, const dirent& entry)
{
    const std::string_view name = entry.d_name;
    const Kind kind = kind_of(directory, entry);
    if (kind == Kind::other || is_passed_over(name, kind == Kind::directory)) {
        return;
    }
    std::string path = below.empty() ? std::string(name) : fmt::format("{}/{}", below, name);
    if (kind == Kind::directory) {
        walk.directories.push_back(std::move(path));
        return;
    }
    const bool executable = ::faccessat(directory, entry.d_name, X_OK, AT_EACCESS) == 0;
    if (walk.wants(path, executable)) {
        walk.files.push_back({std::move(path), executable});
    }
}

} // namespace

bool is_passed_over(std::string_view name, bool is_directory)
{
    if (name.starts_with('.')) {
        return true;
    }
    if (is_directory) {
        return std::ranges::find(passed_over_directories, name) != passed_over_directories.end();
    }
    return name.contains(".so.") || std::ranges::any_of(passed_over_suffixes, [name](std::string_view suffix) {
               return name.ends_with(suffix);
           });
}

Result<std::vector<Found>> files_below(const std::string& root, const Wants& wants)
{
    // The root itself may be a link: it was named.
    const base::UniqueFd root_fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_fd.valid()) {
        return system_error(fmt::format("open directory '{}'", root));
    }
    Walk walk{.wants = wants, .files = {}, .directories = {""}};
    while (!walk.directories.empty()) {
        const std::string below = std::move(walk.directories.back());
        walk.directories.pop_back();
        const auto opened = open_directory(root_fd.get(), below, root);
        if (!opened) {
            return std::unexpected(opened.error());
        }
        if (!*opened) {
            continue;
        }
        DIR* directory = (*opened)->get();
        errno = 0;
        while (const dirent* entry = ::readdir(directory)) {
            sort_in(walk, ::dirfd(directory), below, *entry);
            errno = 0;
        }
        if (errno != 0) {
            return system_error(fmt::format("read directory '{}/{}'", root, below));
        }
    }
    std::ranges::sort(walk.files, {}, &Found::below);
    return std::move(walk.files);
}

} // namespace hutch::discover

// See project_find.h.
#include "config/project_find.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/fd.h"
#include "config/project.h"

namespace hutch::config {
namespace {

constexpr std::array<std::string_view, 2> names{"hutch.toml", ".config/hutch.toml"};

/// Whether there is anything of that name, a dangling link too. What cannot be seen is not there.
bool is_there(const std::string& path)
{
    struct stat status {};
    return lstat(path.c_str(), &status) == 0;
}

bool is_trusted(uid_t owner, uid_t uid)
{
    return owner == 0 || owner == uid;
}

/// Of the directory itself, where its name is a link, too. What cannot be seen is nobody's.
uid_t owner_of(const std::string& directory)
{
    struct stat status {};
    return stat(directory.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

std::unexpected<Error> users_error(std::unexpected<Error> error)
{
    error.error().fault = Fault::usage;
    return error;
}

/// Little more than a project file may have: its reader says that it is too much.
Result<std::string> read_bounded(base::BorrowedFd fd, const std::string& path)
{
    std::string text;
    std::array<char, 16384> part{};
    while (text.size() <= project_file_limit) {
        const ssize_t count = read(fd.get(), part.data(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return users_error(system_error(fmt::format("read '{}'", path)));
        }
        if (count == 0) {
            break;
        }
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// Whether everything on the way from `directory` to its file `name` is root's or the user's: a link too, whatever it leads to.
bool is_way_trusted(const std::string& directory, std::string_view name, uid_t uid)
{
    std::filesystem::path path = directory;
    if (!is_trusted(owner_of(path.string()), uid)) {
        return false;
    }
    for (const std::filesystem::path& part : std::filesystem::path(name)) {
        path /= part;
        struct stat status {};
        if (lstat(path.c_str(), &status) != 0 || !is_trusted(status.st_uid, uid)) {
            return false;
        }
    }
    return true;
}

/// One directory of the way up: its file, or what was passed over.
Result<FoundProject> look_in(const std::string& directory, uid_t uid)
{
    FoundProject found{.file = "", .directory = directory, .text = "", .passed_over = ""};
    for (const std::string_view name : names) {
        const std::string path = (std::filesystem::path(directory) / name).string();
        if (!is_there(path)) {
            continue;
        }
        if (!is_way_trusted(directory, name, uid)) {
            found.passed_over = path;
            continue;
        }
        if (!found.file.empty()) {
            return usage_error(fmt::format("'{}' has both hutch.toml and .config/hutch.toml", directory), "keep one of them");
        }
        found.file = path;
    }
    auto text = found.file.empty() ? Result<std::optional<ConfigText>>() : read_config_file(found.file);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    if (*text && is_trusted((*text)->owner, uid)) {
        found.text = std::move((*text)->text);
    } else {
        found.passed_over = found.file.empty() ? found.passed_over : found.file;
        found.file.clear();
    }
    return found;
}

/// Without a slash at its end, which would be a directory more.
std::filesystem::path as_directory(const std::string& name)
{
    const std::filesystem::path path = std::filesystem::path(name).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

} // namespace

Result<std::optional<ConfigText>> read_config_file(const std::string& path)
{
    if (!is_there(path)) {
        return std::nullopt;
    }
    const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!fd.valid() || fstat(fd.get(), &status) != 0) {
        return users_error(system_error(fmt::format("open '{}'", path)));
    }
    if (!S_ISREG(status.st_mode)) {
        return usage_error(fmt::format("'{}': not a regular file", path));
    }
    auto text = read_bounded(fd, path);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    return ConfigText{std::move(*text), status.st_uid};
}

Result<FoundProject> look_for_project(const std::string& cwd, const std::string& home, uid_t uid)
{
    const std::filesystem::path last = as_directory(home);
    FoundProject nothing{.file = "", .directory = cwd, .text = "", .passed_over = ""};
    for (std::filesystem::path directory = as_directory(cwd); !directory.empty(); directory = directory.parent_path()) {
        auto found = look_in(directory.string(), uid);
        if (!found || !found->file.empty()) {
            return found;
        }
        nothing.passed_over = found->passed_over;
        const bool is_last = directory == last || directory == directory.parent_path() || is_there((directory / ".git").string());
        if (is_last || !nothing.passed_over.empty() || !is_trusted(owner_of(directory.string()), uid)) {
            break;
        }
    }
    return nothing;
}

Result<Project> find_project(const std::string& cwd, const std::string& home, Bytes ram)
{
    const auto found = look_for_project(cwd, home, geteuid());
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->file.empty()) {
        Project none;
        none.directory = found->directory;
        return none;
    }
    return read_project(found->text, found->file, ram);
}

} // namespace hutch::config

// See discover.h.
#include "discover/discover.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "discover/make_test.h"
#include "discover/walk.h"

namespace hutch::discover
{
namespace
{

std::string absolute_path(const std::string& shown, std::string_view cwd)
{
    if (shown.starts_with('/')) {
        return shown;
    }
    if (shown == ".") {
        return std::string(cwd);
    }
    return fmt::format("{}{}{}", cwd, cwd.ends_with('/') ? "" : "/", shown);
}

/// For a command that the user can copy: quoted where a shell would take it apart.
std::string shell_word(std::string_view text)
{
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%=";
    if (text.find_first_not_of(plain) == std::string_view::npos) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char each : text) {
        quoted += each == '\'' ? std::string("'\\''") : std::string(1, each);
    }
    return quoted + "'";
}

class Discovery
{
  public:
    explicit Discovery(const DiscoverOptions& options)
        : options_(options), maker_(options.project, options.simple_binary, options.ram)
    {
    }

    Result<std::vector<TestFile>> tests_of(const std::string& path);

  private:
    Result<std::vector<TestFile>> below_directory(const std::string& name);
    Result<TestFile> named_file(std::string name);

    const DiscoverOptions& options_;
    TestMaker maker_;
};

Result<TestFile> Discovery::named_file(std::string name)
{
    const std::string path = absolute_path(name, options_.cwd);
    const bool executable = ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
    auto file = maker_.make({.name = name, .path = path, .executable = executable, .named = true});
    if (!file) {
        return std::unexpected(std::move(file.error()));
    }
    if (!*file) {
        return usage_error(fmt::format("'{}' is not executable, and its name does not tell how to run it", name),
                           fmt::format("chmod +x {}", shell_word(name)));
    }
    return *std::move(*file);
}

Result<std::vector<TestFile>> Discovery::below_directory(const std::string& name)
{
    const std::string root = absolute_path(name, options_.cwd);
    const std::string before = root.ends_with('/') ? root : root + "/";
    const auto found =
        files_below(root, [&](std::string_view below, bool executable) { return maker_.is_test(fmt::format("{}{}", before, below), executable); });
    if (!found) {
        return std::unexpected(found.error());
    }
    const std::string prefix = name == "." ? "" : name.ends_with('/') ? name : name + "/";
    std::vector<TestFile> files;
    files.reserve(found->size());
    for (const Found& each : *found) {
        auto file = maker_.make({.name = prefix + each.below, .path = before + each.below, .executable = each.executable});
        if (!file) {
            return std::unexpected(std::move(file.error()));
        }
        if (*file) {
            files.push_back(*std::move(*file));
        }
    }
    return files;
}

Result<std::vector<TestFile>> Discovery::tests_of(const std::string& path)
{
    if (path.empty()) {
        return usage_error("a path is empty");
    }
    const std::string name = shown_path(path, options_.cwd);
    struct stat status;
    if (::stat(absolute_path(name, options_.cwd).c_str(), &status) != 0) {
        const int code = errno;
        auto error = system_error(fmt::format("find '{}'", path), code).error();
        error.fault = Fault::usage;
        return std::unexpected(std::move(error));
    }
    if (S_ISDIR(status.st_mode)) {
        return below_directory(name);
    }
    if (!S_ISREG(status.st_mode)) {
        return usage_error(fmt::format("'{}' is neither a file nor a directory", path));
    }
    auto file = named_file(name);
    if (!file) {
        return std::unexpected(std::move(file).error());
    }
    std::vector<TestFile> files;
    files.push_back(std::move(*file));
    return files;
}

} // namespace

std::string shown_path(std::string_view path, std::string_view cwd)
{
    std::string tidy;
    for (const std::string_view part : base::split(path, '/')) {
        if (!part.empty() && part != ".") {
            tidy += tidy.empty() && !path.starts_with('/') ? "" : "/";
            tidy += part;
        }
    }
    if (tidy.empty()) {
        tidy = path.starts_with('/') ? "/" : ".";
    }
    if (tidy == cwd) {
        return ".";
    }
    const bool below_cwd = tidy.starts_with(cwd) && tidy.size() > cwd.size() && tidy[cwd.size()] == '/';
    return below_cwd ? tidy.substr(cwd.size() + 1) : tidy;
}

Result<std::vector<TestFile>> discover(std::span<const std::string> paths, const DiscoverOptions& options)
{
    std::vector<TestFile> all;
    std::unordered_set<std::string> seen;
    Discovery discovery(options);
    for (const std::string& path : paths) {
        auto found = discovery.tests_of(path);
        if (!found) {
            return found;
        }
        for (TestFile& file : *found) {
            if (paths.size() == 1 || seen.insert(file.name).second) {
                all.push_back(std::move(file));
            }
        }
    }
    return all;
}

} // namespace hutch::discover

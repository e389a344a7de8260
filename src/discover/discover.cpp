// See discover.h.
#include "discover/discover.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
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

TestFile test_file(std::string name, std::vector<std::string> command)
{
    TestFile file;
    file.name = std::move(name);
    file.command = std::move(command);
    return file;
}

std::vector<std::string> interpreter_of(const Runner& runner, const std::string& path)
{
    std::array<char, 256> buffer;
    if (runner.prefers_hash_bang) {
        const auto text = base::read_into(base::at_path(path), buffer);
        if (auto command = text ? parse_hash_bang(*text) : std::nullopt) {
            return *std::move(command);
        }
    }
    return {std::string(runner.interpreter)};
}

/// A file that the user named.
Result<TestFile> named_file(std::string name, const DiscoverOptions& options)
{
    const std::string path = absolute_path(name, options.cwd);
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0) {
        return test_file(std::move(name), {path});
    }
    const auto runner = find_runner(options.runners, name);
    if (!runner) {
        return usage_error(fmt::format("'{}' is not executable, and its name does not tell how to run it", name),
                           fmt::format("chmod +x {}", shell_word(name)));
    }
    std::vector<std::string> command = interpreter_of(*runner, path);
    command.push_back(path);
    return test_file(std::move(name), std::move(command));
}

Result<std::vector<TestFile>> below_directory(const std::string& name, const DiscoverOptions& options)
{
    const std::string root = absolute_path(name, options.cwd);
    const auto found = executables_below(root);
    if (!found) {
        return std::unexpected(found.error());
    }
    const std::string prefix = name == "." ? "" : name.ends_with('/') ? name : name + "/";
    const std::string_view slash = root.ends_with('/') ? "" : "/";
    std::vector<TestFile> files;
    files.reserve(found->size());
    for (const std::string& below : *found) {
        files.push_back(test_file(prefix + below, {fmt::format("{}{}{}", root, slash, below)}));
    }
    return files;
}

Result<std::vector<TestFile>> tests_of(const std::string& path, const DiscoverOptions& options)
{
    if (path.empty()) {
        return usage_error("a path is empty");
    }
    const std::string name = shown_path(path, options.cwd);
    struct stat status;
    if (::stat(absolute_path(name, options.cwd).c_str(), &status) != 0) {
        const int code = errno;
        auto error = system_error(fmt::format("find '{}'", path), code).error();
        error.fault = Fault::usage;
        return std::unexpected(std::move(error));
    }
    if (S_ISDIR(status.st_mode)) {
        return below_directory(name, options);
    }
    if (!S_ISREG(status.st_mode)) {
        return usage_error(fmt::format("'{}' is neither a file nor a directory", path));
    }
    auto file = named_file(name, options);
    if (!file) {
        return std::unexpected(std::move(file).error());
    }
    return std::vector{std::move(*file)};
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
    for (const std::string& path : paths) {
        auto found = tests_of(path, options);
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

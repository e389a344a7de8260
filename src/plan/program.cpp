// See program.h.
#include "plan/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::plan
{
namespace
{

constexpr std::string_view default_path = "/bin:/usr/bin"; // confstr(_CS_PATH)

std::string absolute(std::string_view path, std::string_view work_dir)
{
    if (path.starts_with('/')) {
        return std::string(path);
    }
    return fmt::format("{}{}{}", work_dir, work_dir.ends_with('/') ? "" : "/", path);
}

/// 0: it can be executed.
int why_not(const std::string& candidate)
{
    struct stat status;
    if (::stat(candidate.c_str(), &status) != 0) {
        return errno == EACCES ? EACCES : ENOENT;
    }
    if (!S_ISREG(status.st_mode)) {
        return ENOENT; // a directory of that name is not what was meant
    }
    return ::faccessat(AT_FDCWD, candidate.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : EACCES;
}

} // namespace

Result<std::string> resolve_program(const std::string& command, std::string_view work_dir,
                                    std::string_view path_variable)
{
    if (command.find('/') != std::string::npos) {
        return absolute(command, work_dir);
    }
    int code = ENOENT;
    const std::string_view path = path_variable.empty() ? default_path : path_variable;
    if (!command.empty()) {
        for (const std::string_view entry : base::split(path, ':')) {
            const std::string directory = entry.empty() ? std::string(work_dir) : absolute(entry, work_dir);
            std::string candidate = fmt::format("{}{}{}", directory, directory.ends_with('/') ? "" : "/", command);
            const int reason = why_not(candidate);
            if (reason == 0) {
                return candidate;
            }
            code = reason == EACCES ? EACCES : code;
        }
    }
    return system_error(fmt::format("find '{}' in PATH '{}'", command, path), code);
}

} // namespace hutch::plan

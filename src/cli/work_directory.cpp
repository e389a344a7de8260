#include "cli/work_directory.h"

#include <unistd.h>

#include <climits>

#include <fmt/format.h>

namespace hutch::cli {

Result<std::string> enter(const std::string& directory)
{
    if (!directory.empty() && chdir(directory.c_str()) != 0) {
        auto error = system_error(fmt::format("go to '{}'", directory)).error();
        error.fault = Fault::usage;
        return std::unexpected(std::move(error));
    }
    char path[PATH_MAX];
    if (getcwd(path, sizeof path) == nullptr) {
        return system_error("find out the working directory");
    }
    return std::string(path);
}

} // namespace hutch::cli

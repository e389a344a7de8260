// See project.h.
#include "config/project.h"

#include <filesystem>
#include <utility>

#include "config/project_tables.h"

namespace hutch::config {
namespace {

/// Where the project is: beside hutch.toml, or beside .config.
std::string directory_of(const std::string& file)
{
    const std::filesystem::path directory = std::filesystem::path(file).parent_path();
    return (directory.filename() == ".config" ? directory.parent_path() : directory).string();
}

} // namespace

Result<Project> read_project(std::string_view text, const std::string& file, Bytes ram)
{
    const auto root = read_toml_tree(text, "a project file");
    if (!root) {
        return project_error(file, root.error());
    }
    const std::string directory = directory_of(file);
    auto project = project_in(*root, {ram, directory});
    if (!project) {
        return project_error(file, project.error());
    }
    project->file = file;
    project->directory = directory;
    return std::move(*project);
}

} // namespace hutch::config

// See user_file.h.
#include "config/user_file.h"

#include <algorithm>
#include <utility>

#include "config/project_find.h"
#include "config/project_tables.h"
#include "config/traits.h"

namespace hutch::config {

Result<Project> read_user_file(std::string_view text, const std::string& file, Bytes ram)
{
    const auto root = read_toml_tree(text, "a configuration file");
    if (!root) {
        return project_error(file, root.error());
    }
    auto user = project_in(*root, {.ram = ram, .directory = "", .is_user = true});
    if (!user) {
        return project_error(file, user.error());
    }
    return std::move(*user);
}

Result<Project> find_user_file(const std::string& directory, Bytes ram)
{
    const std::string file = directory + "/config.toml";
    auto text = directory.empty() ? Result<std::optional<ConfigText>>() : read_config_file(file);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    return *text ? read_user_file((*text)->text, file, ram) : Project{};
}

Project over_user(Project project, const Project& user)
{
    RunDefaults run;
    for (const auto& [flag, value] : user.run) {
        if (std::ranges::find(project.run, flag, &RunDefaults::value_type::first) == project.run.end()) {
            run.emplace_back(flag, value);
        }
    }
    run.insert(run.end(), project.run.begin(), project.run.end());
    project.run = std::move(run);
    project.traits = overlaid(user.traits, project.traits);
    if (project.simple_command.empty()) {
        project.simple_command = user.simple_command;
    }
    return project;
}

} // namespace hutch::config

#include "cli/project_loading.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/environment.h"
#include "cli/limit_flags.h"
#include "config/project_find.h"
#include "config/user_file.h"

namespace hutch::cli {

namespace {

std::string user_directory()
{
    const std::string config = environment_variable("XDG_CONFIG_HOME");
    const std::string home = environment_variable("HOME");
    if (config.starts_with('/')) {
        return config + "/hutch";
    }
    return home.starts_with('/') ? home + "/.config/hutch" : std::string();
}

Result<config::Project> read_named(const std::string& cwd, const std::string& file)
{
    const std::string path = file.starts_with('/') ? file : cwd + "/" + file;
    const auto text = base::read_file(path, config::project_file_limit);
    if (!text) {
        Error error = text.error();
        error.fault = Fault::usage;
        return std::unexpected(std::move(error));
    }
    auto project = config::read_project(*text, path, machine_memory());
    if (project) {
        project->file = path;
        project->directory = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
    }
    return project;
}

Result<LoadedProject> find(const std::string& cwd)
{
    const auto found = config::look_for_project(cwd, environment_variable("HOME"), ::geteuid());
    if (!found) {
        return std::unexpected(found.error());
    }
    LoadedProject loaded;
    loaded.project.directory = found->directory;
    if (!found->file.empty()) {
        auto project = config::read_project(found->text, found->file, machine_memory());
        if (!project) {
            return std::unexpected(std::move(project.error()));
        }
        loaded.project = *std::move(project);
        loaded.project.file = found->file;
        loaded.project.directory = found->directory;
    }
    if (!found->passed_over.empty()) {
        loaded.notices.push_back(found->passed_over);
    }
    return loaded;
}

std::string variable_of(std::string flag)
{
    std::ranges::transform(flag, flag.begin(), [](unsigned char each) { return std::toupper(each); });
    return "HUTCH_" + flag;
}

/// As the command line has it.
std::string flag_of(std::string name)
{
    if (name == "slow") {
        name = "all";
    }
    std::ranges::replace(name, '_', '-');
    return "--" + name;
}

} // namespace

Result<LoadedProject> load_project(const std::string& cwd, const std::string& wanted)
{
    Result<LoadedProject> loaded = LoadedProject{};
    if (wanted == "none") {
        loaded->project.directory = cwd;
    } else if (!wanted.empty()) {
        auto project = read_named(cwd, wanted);
        loaded = project ? Result<LoadedProject>(LoadedProject{.project = *std::move(project)})
                         : std::unexpected(std::move(project.error()));
    } else {
        loaded = find(cwd);
    }
    if (!loaded) {
        return loaded;
    }
    auto user = config::find_user_file(user_directory(), machine_memory());
    if (!user) {
        return std::unexpected(std::move(user.error()));
    }
    loaded->project = config::over_user(std::move(loaded->project), *user);
    return loaded;
}

Result<void> parse_with_defaults(CLI::App& root, const Arguments& arguments, const config::Project& project)
{
    Arguments laid = arguments;
    std::vector<std::string> defaults;
    const auto commands = root.get_subcommands();
    for (const auto& [name, value] : project.run) {
        const bool has_it = !commands.empty() && commands.front()->get_option_no_throw(flag_of(name)) != nullptr;
        if (has_it && environment_variable(variable_of(name).c_str()).empty()) {
            defaults.push_back(fmt::format("{}={}", flag_of(name), value));
        }
    }
    if (defaults.empty() || laid.own.empty()) {
        return {};
    }
    laid.own.insert(laid.own.begin() + 1, defaults.begin(), defaults.end());
    try {
        root.parse(parser_arguments(laid));
    } catch (const CLI::ParseError& error) {
        return std::unexpected(blame_project(usage_error_of(error, root, root), project));
    }
    return {};
}

Error blame_project(Error error, const config::Project& project)
{
    const std::string file = project.file.empty() ? user_directory() + "/config.toml" : project.file;
    error.message = fmt::format("{}: [run]: {}", file, error.message);
    return error;
}

} // namespace hutch::cli

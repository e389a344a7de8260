// What a project file can do to its reader. A text is read as a project file and as the user's own; what comes out keeps its promises
// (names once, patterns and commands that can be used), and the one can be laid over the other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/glob.h"
#include "config/placeholders.h"
#include "config/project.h"
#include "config/user_file.h"

namespace {

using namespace hutch::config;

constexpr hutch::Bytes ram = hutch::Bytes{8} << 30;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// Every error is the user's, says something, and has a place.
void check_error(const hutch::Error& error, std::string_view file)
{
    require(error.fault == hutch::Fault::usage && error.message.starts_with(file) && error.message.size() > file.size() + 6);
}

void check_patterns(const std::vector<std::string>& patterns)
{
    require(!patterns.empty());
    for (const std::string& pattern : patterns) {
        require(hutch::base::check_glob(pattern).has_value());
    }
}

void check_command(const std::vector<std::string>& command, std::span<const std::string_view> known)
{
    require(command.empty() || !command.front().empty());
    for (const std::string& word : command) {
        require(!word.contains('\0'));
        require(expand_placeholders(word, known, [](std::string_view name) { return std::string(name); }).has_value());
    }
}

void check_environment(const std::vector<std::string>& environment)
{
    for (const std::string& variable : environment) {
        require(variable.find('=') != std::string::npos && !variable.starts_with('=') && !variable.contains('\0'));
    }
}

void check_traits(const hutch::Traits& traits)
{
    require(traits.priority.value_or(0) <= 3 && traits.retries.value_or(0) <= 100 && traits.limits.profile.empty());
    require(traits.ports.value_or(1) - 1 < 64 && traits.slots.value_or(1) - 1 < 4096);
    require(std::set<std::string>(traits.tags.begin(), traits.tags.end()).size() == traits.tags.size());
    for (const hutch::Resource resource : hutch::limited(traits.limits)) {
        require(hutch::asked_for(traits.limits, resource));
    }
}

void check_project(const Project& project)
{
    std::set<std::string> runners, setups;
    for (const RunnerRule& rule : project.runners) {
        require(runners.insert(rule.name).second && rule.line > 0 && !(rule.ignore && !rule.command.empty()));
        check_patterns(rule.patterns);
        check_command(rule.command, runner_placeholders());
        check_environment(rule.environment);
        check_traits(rule.traits);
    }
    for (const Override& rule : project.overrides) {
        check_patterns(rule.patterns);
        check_environment(rule.environment);
        check_traits(rule.traits);
    }
    for (const Setup& setup : project.setups) {
        require(setups.insert(setup.name).second && !setup.command.empty());
        check_patterns(setup.patterns);
        check_command(setup.command, setup_placeholders());
        check_command(setup.teardown, setup_placeholders());
        check_traits(setup.traits);
    }
    for (const auto& [name, most] : project.groups) {
        require(!name.empty() && most > 0);
    }
    for (const auto& [flag, value] : project.run) {
        require(!flag.empty() && !value.contains('\0'));
    }
    check_command(project.simple_command, runner_placeholders());
    check_traits(project.traits);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto project = read_project(text, "/fuzz/hutch.toml", ram);
    const auto user = read_user_file(text, "/user/config.toml", ram);
    if (!project) {
        check_error(project.error(), "/fuzz/hutch.toml:");
    } else {
        check_project(*project);
    }
    if (!user) {
        check_error(user.error(), "/user/config.toml:");
    } else {
        require(project.has_value()); // what the user may write, a project may, too
        check_project(over_user(*project, *user));
    }
    return 0;
}

#include "cli/arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::cli {

namespace {

bool is_flag(std::string_view argument)
{
    return argument.size() > 1 && argument.front() == '-';
}

/// "--flag", "-f" of all options of a command.
std::vector<std::string> flag_names(const CLI::App& command)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

std::vector<std::string> command_names(const CLI::App& of)
{
    std::vector<std::string> names;
    for (const CLI::App* command : of.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

std::unexpected<Error> unknown(std::string_view what, const std::string& word, const std::vector<std::string>& known,
                               const std::string& otherwise)
{
    const std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = base::nearest(base::cut(word, '=').before, views);
    return usage_error(fmt::format("unknown {} '{}'", what, word),
                       near ? fmt::format("did you mean {}?", *near) : otherwise);
}

} // namespace

Arguments divide(int argc, char** argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (!arguments.divided && argument == "--") {
            arguments.divided = true;
        } else {
            (arguments.divided ? arguments.rest : arguments.own).push_back(argument);
        }
    }
    return arguments;
}

Result<void> check_empty_values(const std::vector<std::string>& arguments)
{
    for (const std::string& argument : arguments) {
        if (argument.starts_with("--") && argument.size() > 3 && argument.find('=') == argument.size() - 1) {
            return usage_error(fmt::format("{} has no value", argument));
        }
    }
    return {};
}

std::string full_name(const CLI::App& command)
{
    const CLI::App* parent = command.get_parent();
    return parent == nullptr ? command.get_name() : fmt::format("{} {}", full_name(*parent), command.get_name());
}

/// `hutch exec [flags] CMD…`: what follows the command's name is the command's, and what follows "--" as well.
bool begins_command(const Arguments& arguments)
{
    return !arguments.own.empty() && arguments.own.front() == "exec";
}

std::vector<std::string> parser_arguments(const Arguments& arguments)
{
    std::vector<std::string> list = arguments.own;
    if (arguments.divided && !begins_command(arguments)) {
        list.emplace_back("--");
        std::ranges::copy(arguments.rest, std::back_inserter(list));
    }
    for (std::string& argument : list) {
        if (!begins_command(arguments) && argument.starts_with('[') && argument.ends_with(']')) {
            argument.insert(0, "./"); // CLI11 would take a path "[a]" for a list; flags have no such values
        }
    }
    std::ranges::reverse(list); // what CLI11 wants
    return list;
}

std::vector<const CLI::Option*> order_of_last_parse(const CLI::App& command)
{
    const auto& all = command.parse_order();
    std::size_t given = 0;
    for (const CLI::Option* option : command.get_options()) {
        given += option->count();
    }
    return {all.end() - static_cast<std::ptrdiff_t>(std::min(given, all.size())), all.end()};
}

Error usage_error_of(const CLI::ParseError& error, const CLI::App& root, const CLI::App& command)
{
    const std::string help = &root == &command ? "see hutch --help" : fmt::format("see {} --help", full_name(command));
    const std::vector<std::string> extra = command.remaining();
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !extra.empty()) {
        if (is_flag(extra.front())) {
            return unknown("flag", extra.front(), flag_names(command), help).error();
        }
        const auto commands = command_names(command);
        return !commands.empty() ? unknown("command", extra.front(), commands, help).error()
                                 : usage_error(fmt::format("unexpected argument '{}'", extra.front()), help).error();
    }
    return usage_error(error.what(), help).error();
}

} // namespace hutch::cli

#include "cli/program.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/arguments.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"

namespace hutch::cli {

namespace {

int print(const std::string& text)
{
    const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), text, "standard output");
    return written ? exit_ok : complain(written.error());
}

const CLI::App& chosen_command(const CLI::App& root)
{
    const auto parsed = root.get_subcommands();
    return parsed.empty() ? root : chosen_command(*parsed.front());
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

void describe_program(CLI::App& root)
{
    root.name("hutch");
    root.require_subcommand(0, 1);
    root.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast); // so that scripts can override
    root.set_version_flag("-V,--version", "hutch " HUTCH_VERSION);
    root.set_help_flag("-h,--help", "Print this help and exit");
    root.get_formatter()->column_width(30);
    root.footer("Exit codes of hutch run: 0 passed, 1 failed, 2 usage, 3 machine, 4 no tests, 128+n signal n.");
}

} // namespace

int program(int argc, char** argv)
{
    const Arguments arguments = divide(argc, argv);
    CLI::App root("Runs each test file in a cgroup of its own, with limits, and leaves nothing behind.");
    describe_program(root);
    Chosen chosen;
    add_run(root, chosen);
    add_exec(root, chosen, arguments);
    add_list(root, chosen);
    add_policy(root, chosen);
    add_doctor(root, chosen);
    add_clean(root, chosen);

    if (const auto checked = check_empty_values(arguments.own); !checked && !begins_command(arguments)) {
        return complain(checked.error());
    }
    try {
        root.parse(parser_arguments(arguments));
    } catch (const CLI::CallForVersion& version) {
        return print(fmt::format("{}\n", version.what()));
    } catch (const CLI::CallForHelp&) {
        const CLI::App& command = chosen_command(root);
        return print(command.help(&command == &root ? "" : full_name(*command.get_parent())));
    } catch (const CLI::CallForAllHelp&) {
        return print(root.help("", CLI::AppFormatMode::All));
    } catch (const CLI::ParseError& error) {
        return complain(usage_error_of(error, root, chosen_command(root)));
    }
    return chosen ? chosen() : print(root.help());
}

} // namespace hutch::cli

#include "cli/program.h"

#include <unistd.h>

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
    add_run(root, chosen, arguments);
    add_exec(root, chosen, arguments);
    add_list(root, chosen, arguments);
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

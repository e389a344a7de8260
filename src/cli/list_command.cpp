// `hutch list`: what `hutch run` would run, in that order; nothing is started.
#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/work_directory.h"
#include "discover/discover.h"
#include "report/json_object.h"
#include "report/printable.h"

namespace hutch::cli {

namespace {

struct ListFlags {
    std::vector<std::string> paths;
    std::string directory;
    bool json = false;
};

std::string as_lines(const std::vector<TestFile>& files)
{
    std::string text;
    for (const TestFile& file : files) {
        text += report::printable_line(file.name) + "\n";
    }
    return text;
}

std::string as_json(const std::vector<TestFile>& files)
{
    std::string tests = "[";
    for (const TestFile& file : files) {
        std::string command = "[";
        for (const std::string& word : file.command) {
            command += (command.size() > 1 ? "," : "") + report::json_string(word);
        }
        tests += tests.size() > 1 ? ",\n" : "\n";
        tests += report::JsonObject().text("test", file.name).raw("command", command + "]").str();
    }
    return report::JsonObject().number("v", 1).raw("tests", tests + "\n]").str() + "\n";
}

int list(const ListFlags& flags)
{
    const auto cwd = enter(flags.directory);
    if (!cwd) {
        return complain(cwd.error());
    }
    const std::vector<std::string> paths = flags.paths.empty() ? std::vector<std::string>{"."} : flags.paths;
    const auto files = discover::discover(paths, {.cwd = *cwd});
    if (!files) {
        return complain(files.error());
    }
    const std::string text = flags.json ? as_json(*files) : as_lines(*files);
    const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), text, "standard output");
    if (!written && written.error().code != EPIPE) { // a reader that had enough is no error here
        return complain(written.error());
    }
    return files->empty() ? complain(exit_no_tests, "no tests found") : exit_ok;
}

} // namespace

void add_list(CLI::App& root, Chosen& chosen)
{
    auto flags = std::make_shared<ListFlags>();
    CLI::App* command = root.add_subcommand("list", "List the test files that run would run");
    command
        ->add_option("PATH", flags->paths, "Test files, and directories whose executable files are tests (default: .)")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("");
    command->add_option("-C,--directory", flags->directory, "Go there first")->type_name("DIR");
    command->add_flag("--json", flags->json, "As one JSON object");
    command->callback([flags, &chosen] { chosen = [flags] { return list(*flags); }; });
}

} // namespace hutch::cli

// `hutch exec`: one command in the same box as a test, its streams passed through and its exit code returned.
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/box.h"
#include "cli/complaint.h"
#include "cli/environment.h"
#include "cli/exec_flags.h"
#include "cli/exec_result.h"
#include "cli/exit_codes.h"
#include "cli/planning.h"
#include "cli/profile_list.h"
#include "cli/program.h"
#include "cli/work_directory.h"
#include "plan/program.h"
#include "report/json_lines.h"
#include "run/engine.h"
#include "schedule/slots.h"

namespace hutch::cli {

namespace {

/// What is told on standard error when the command has ended; empty lines of it are never written.
void tell(const run::OneResult& result, const TestSpec& test, int code)
{
    const Outcome& outcome = result.outcome;
    const bool says_leaks = outcome.cause == Cause::exit_zero || outcome.cause == Cause::leaked;
    if (outcome.leaked_count > 0 && !says_leaks) {
        complain(code, fmt::format("also left behind and killed: {}", report::describe_leaks(outcome, 10)));
    }
    for (const std::string& change : outcome.tampered) {
        complain(code, fmt::format("tampered with its box: {}", change));
    }
    if (!result.trouble.empty()) {
        complain(code, result.trouble);
    }
    const bool plain_end =
        (code == exit_ok && outcome.leaked_count == 0) || (code == exit_failed && outcome.cause == Cause::exit_nonzero);
    if (!plain_end) {
        complain(code, report::describe(outcome, test, profile_list()));
    }
}

/// The command as the only test of a run.
std::vector<TestFile> only_test(const std::vector<std::string>& command)
{
    TestFile file;
    file.name = base::join(command, " ");
    file.command = command;
    return {file};
}

/// Opened before the command starts: a record that cannot be written is found out while nothing has happened yet.
Result<base::UniqueFd> open_record(const std::string& path)
{
    return path.empty() ? Result<base::UniqueFd>() : base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
}

Result<void> write_record(const base::UniqueFd& file, const std::string& path, const TestPtr& test,
                          const Outcome& outcome)
{
    if (!file.valid()) {
        return {};
    }
    const event::TestFinished finished{.test = test,
                                       .attempt = 1,
                                       .outcome = std::make_shared<const Outcome>(outcome),
                                       .out = {},
                                       .err = {},
                                       .output_file = {}};
    return base::write_all(file, report::outcome_json(finished, profile_list()) + "\n", path);
}

/// An Error is one of the box, never of the command.
Result<int> execute(const ExecSettings& settings, const Policy& policy, const std::string& cwd)
{
    const auto record = open_record(settings.json_file);
    if (!record) {
        return std::unexpected(record.error());
    }
    auto box = Box::open(settings.options.cgroup);
    if (!box) {
        return std::unexpected(std::move(box.error()));
    }
    const auto plan =
        make_plan(only_test(settings.command),
                  {.limits = [&](const Traits&) { return settings.limits; },
                   .policy = [&](const Traits&) { return policy; },
                   .isolation = settings.options.isolation},
                  **box, cwd);
    if (!plan) {
        (void)(*box)->close();
        return std::unexpected(plan.error());
    }
    const TestPtr test = plan->tests.front();
    for (const std::string& notice : plan->notices) {
        if (!settings.quiet) {
            complain(exit_ok, notice);
        }
    }
    schedule::LocalSlots slots(1);
    const spawn::Streams streams{.in = base::BorrowedFd(STDIN_FILENO),
                                 .out = base::BorrowedFd(STDOUT_FILENO),
                                 .err = base::BorrowedFd(STDERR_FILENO)};
    const auto result = run::run_one((*box)->engine(slots, {}, settings.cpus), settings.options, test, streams);
    const auto closed = (*box)->close();
    if (!result) {
        return std::unexpected(result.error());
    }
    const int code = exec_exit_code(*result);
    const auto written = write_record(*record, settings.json_file, test, result->outcome);
    // What cannot be killed cannot be removed: the outcome says so already, and better.
    if (!written || (!closed && result->outcome.cause != Cause::unkillable)) {
        return std::unexpected(written ? closed.error() : written.error());
    }
    if (!settings.quiet) {
        tell(*result, *test, code);
    }
    return code;
}

int exec_command(const ExecFlags& flags, const CLI::App& command, const Arguments& arguments)
{
    const auto settings = flags.settings(command, arguments);
    if (!settings) {
        return complain(settings.error());
    }
    const auto cwd = enter(settings->directory);
    if (!cwd) {
        return complain(cwd.error());
    }
    const auto policy = settings->policy(*cwd);
    if (!policy) {
        return complain(policy.error());
    }
    const std::string& name = settings->command.front();
    const auto program = plan::resolve_program(name, *cwd, environment_variable("PATH"));
    if (!program) {
        complain(program.error());
        return program.error().code == EACCES ? exit_not_executable : exit_not_found;
    }
    const auto code = execute(*settings, *policy, *cwd);
    if (!code) {
        complain(code.error());
        return exit_no_box;
    }
    return *code;
}

/// The parser does not know that what it leaves over is the command.
class Formatter final : public CLI::Formatter {
  public:
    std::string make_usage(const CLI::App*, std::string name) const override
    {
        return fmt::format("Usage: {} [OPTIONS] -- CMD [ARG...]\n", name);
    }
};

} // namespace

void add_exec(CLI::App& root, Chosen& chosen, const Arguments& arguments)
{
    auto flags = std::make_shared<ExecFlags>();
    CLI::App* command = root.add_subcommand("exec", "Run one command in a box, and return its exit code");
    auto formatter = std::make_shared<Formatter>();
    formatter->column_width(root.get_formatter()->get_column_width());
    command->formatter(formatter);
    flags->add_to(*command);
    command->footer(
        "Exit codes: the command's own, 128+n signal n, 124 timed out, 125 no box, 126 not executable, 127 not "
        "found.");
    command->callback([flags, command, &chosen, &arguments] {
        chosen = [flags, command, &arguments] { return exec_command(*flags, *command, arguments); };
    });
}

} // namespace hutch::cli

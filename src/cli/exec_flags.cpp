#include "cli/exec_flags.h"

#include <algorithm>
#include <iterator>

#include "cli/choice.h"
#include "kernel/cpus.h"

namespace hutch::cli {

namespace {

/// `words` is what the parser did not take: from the command's name on, or nothing where that stands after "--". A flag
/// there is an unknown flag of ours, not a command.
Result<std::vector<std::string>> command_of(std::vector<std::string> words, const Arguments& arguments)
{
    if (!words.empty() && words.front().starts_with('-')) {
        return usage_error("unknown flag '" + words.front() + "'",
                           "the command stands after --; see hutch exec --help");
    }
    if (!words.empty() && arguments.divided) {
        words.emplace_back("--"); // it was the command's own
    }
    std::ranges::copy(arguments.rest, std::back_inserter(words));
    if (words.empty()) {
        return usage_error("no command", "hutch exec [flags] -- CMD ARG…");
    }
    if (words.front().empty()) {
        return usage_error("the command's name is empty");
    }
    return words;
}

} // namespace

void ExecFlags::add_to(CLI::App& command)
{
    constexpr const char* group = "Running";
    command.prefix_command();
    command.add_option("-C,--directory", directory_, "Go there first")->type_name("DIR")->group(group);
    command
        .add_option("--json", json_,
                    "Write the outcome to FILE as one JSON object: test_finished of\nhutch run --events")
        ->type_name("FILE")
        ->group(group);
    command.add_option("--leak", leak_, "Processes left behind after success: report them (default), or\nexit with 1")
        ->type_name("report|fail")
        ->group(group);
    command.add_flag("-q,--quiet", quiet_, "Say nothing on standard error")->group(group);
    limits_.add_to(command);
    policy_.add_to(command);
    box_.add_to(command);
}

Result<ExecSettings> ExecFlags::settings(const CLI::App& command, const Arguments& arguments) const
{
    ExecSettings settings;
    auto words = command_of(command.remaining(), arguments);
    if (!words) {
        return std::unexpected(std::move(words.error()));
    }
    settings.command = std::move(*words);
    auto limits = limits_.limits(LimitFlags::Base::nothing);
    if (!limits) {
        return std::unexpected(std::move(limits.error()));
    }
    settings.limits = std::move(*limits);
    const auto box = box_.choice();
    if (!box) {
        return std::unexpected(box.error());
    }
    const auto leak_fails = chose_other("--leak", leak_, "report", "fail");
    if (!leak_fails) {
        return std::unexpected(leak_fails.error());
    }
    settings.options.workers = 1;
    settings.options.isolation = box->isolation;
    settings.policy = [this, isolation = box->isolation](const std::string& cwd) {
        return policy_.policy(cwd, isolation);
    };
    settings.options.cgroup = box->cgroup;
    settings.options.leak = *leak_fails ? LeakPolicy::fail : LeakPolicy::report;
    settings.directory = directory_;
    settings.json_file = json_;
    settings.quiet = quiet_;
    settings.cpus = kernel::allowed_cpus();
    return settings;
}

} // namespace hutch::cli

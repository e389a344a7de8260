// `hutch policy`: list the policies, show one, check a file. Nothing is started and no kernel is asked.
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/policy_flags.h"
#include "cli/policy_judge.h"
#include "cli/policy_show.h"
#include "cli/program.h"
#include "cli/work_directory.h"
#include "report/json_object.h"
#include "report/printable.h"

namespace hutch::cli {

namespace {

struct CheckFlags {
    std::string name;
    std::vector<std::string> calls, capabilities, paths;
};

struct ShowFlags {
    std::string name;
    bool effective = false, json = false;
    PolicyFlags changes;
};

int print(const std::string& text)
{
    const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), text, "standard output");
    return written || written.error().code == EPIPE ? exit_ok : complain(written.error());
}

/// One policy of the list; a file that is wrong is listed with what is wrong.
struct Listed {
    std::string name, source, description, error;
};

std::vector<Listed> list_of(const config::PolicyPlaces& places)
{
    std::vector<Listed> list;
    for (const std::string& name : config::policy_names(places)) {
        const auto text = config::find_policy_text(name, places);
        const auto loaded = text ? config::load_policy_text(*text, places) : std::unexpected(text.error());
        list.push_back({.name = name,
                        .source = text ? text->source : "",
                        .description = loaded ? loaded->policy.description : "",
                        .error = loaded ? "" : loaded.error().message});
    }
    return list;
}

std::string list_json(const std::vector<Listed>& list)
{
    std::string policies;
    for (const Listed& each : list) {
        policies += policies.empty() ? "\n" : ",\n";
        policies += report::JsonObject()
                        .text("name", each.name)
                        .text("source", each.source)
                        .text("description", each.description)
                        .text("error", each.error)
                        .boolean("implicit", each.name == implicit_policy_name())
                        .str();
    }
    return report::JsonObject().number("v", 1).raw("policies", "[" + policies + "\n]").str() + "\n";
}

int list_policies(bool json)
{
    const auto cwd = enter("");
    if (!cwd) {
        return complain(cwd.error());
    }
    const std::vector<Listed> list = list_of(policy_places(*cwd));
    if (json) {
        return print(list_json(list));
    }
    std::string text;
    for (const Listed& each : list) {
        const std::string_view mark = each.name == implicit_policy_name() ? " (where none is named)" : "";
        const std::string source = each.source.empty() ? "built-in" : each.source;
        text += fmt::format("{:<10} {:<9} {}{}\n", each.name, report::printable_line(source),
                            report::printable_line(each.error.empty() ? each.description : each.error), mark);
    }
    return print(text);
}

int show_policy(const ShowFlags& flags)
{
    const auto cwd = enter("");
    if (!cwd) {
        return complain(cwd.error());
    }
    const auto text = config::find_policy_text(flags.name, policy_places(*cwd));
    if (!text) {
        return complain(text.error());
    }
    if (!flags.effective && !flags.json && !flags.changes.given()) {
        return print(text->text);
    }
    auto loaded = config::load_policy_text(*text, policy_places(*cwd));
    loaded = loaded ? flags.changes.changed(std::move(*loaded), *cwd) : std::move(loaded);
    if (!loaded) {
        return complain(loaded.error());
    }
    return print(flags.json ? policy_json(*loaded) : effective_policy(*loaded));
}

/// Each question's answer is a line; exit code 1 where one of them is no.
int answer(const CheckFlags& flags, const Policy& policy, const std::string& cwd)
{
    std::vector<Judgement> judgements;
    std::vector<Result<Judgement>> asked;
    std::ranges::transform(flags.calls, std::back_inserter(asked),
                           [&](const auto& name) { return judge_syscall(policy, name); });
    std::ranges::transform(flags.capabilities, std::back_inserter(asked),
                           [&](const auto& name) { return judge_capability(policy, name); });
    for (Result<Judgement>& judged : asked) {
        if (!judged) {
            return complain(judged.error());
        }
        judgements.push_back(std::move(*judged));
    }
    for (const std::string& path : flags.paths) {
        judgements.push_back(judge_file(policy, path, cwd));
    }
    std::string text;
    for (const Judgement& judgement : judgements) {
        text += report::printable_line(judgement.words) + "\n";
    }
    const int code = print(text);
    return code == exit_ok && !std::ranges::all_of(judgements, &Judgement::granted) ? exit_failed : code;
}

int check_policy(const CheckFlags& flags)
{
    const auto cwd = enter("");
    if (!cwd) {
        return complain(cwd.error());
    }
    const auto loaded = config::load_policy(flags.name, policy_places(*cwd));
    if (!loaded) {
        return complain(loaded.error());
    }
    if (flags.calls.empty() && flags.capabilities.empty() && flags.paths.empty()) {
        return print(fmt::format("{}: good\n", report::printable_line(loaded->chain.back())));
    }
    return answer(flags, loaded->policy, *cwd);
}

CLI::Option* add_repeatable(CLI::App& command, const char* name, std::vector<std::string>& values, const char* help)
{
    return command.add_option(name, values, help)
        ->type_size(1)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_show(CLI::App& policy, Chosen& chosen)
{
    auto flags = std::make_shared<ShowFlags>();
    CLI::App* command = policy.add_subcommand("show", "Print a policy, as it is written or as it counts");
    command->add_option("NAME", flags->name, "A policy's name or file")->required()->type_name("");
    command->add_flag("--effective", flags->effective,
                      "All keys, with what is inherited, and where each value is from");
    command->add_flag("--json", flags->json, "The same as one JSON object");
    flags->changes.add_changes_to(*command);
    command->callback([flags, &chosen] { chosen = [flags] { return show_policy(*flags); }; });
}

void add_check(CLI::App& policy, Chosen& chosen)
{
    auto flags = std::make_shared<CheckFlags>();
    CLI::App* command = policy.add_subcommand("check", "Find what is wrong with a policy, or ask what it allows");
    command->add_option("FILE", flags->name, "A policy's file or name")->required()->type_name("");
    add_repeatable(*command, "--syscall", flags->calls, "What becomes of this system call? repeatable")
        ->type_name("NAME");
    add_repeatable(*command, "--capability", flags->capabilities, "Is this capability kept? repeatable")
        ->type_name("NAME");
    add_repeatable(*command, "--path", flags->paths, "What may a test do to this file? repeatable")->type_name("PATH");
    command->footer(
        "Exit codes: 0 good, and all that was asked for is granted; 1 something is not; 2 the policy is wrong.");
    command->callback([flags, &chosen] { chosen = [flags] { return check_policy(*flags); }; });
}

} // namespace

void add_policy(CLI::App& root, Chosen& chosen)
{
    CLI::App* policy = root.add_subcommand("policy", "List, show and check policies: what a test may see and do");
    policy->require_subcommand(0, 1);
    policy->callback([policy, &chosen] {
        if (policy->get_subcommands().empty()) {
            chosen = [policy] { return print(policy->help("hutch")); };
        }
    });
    auto json = std::make_shared<bool>(false);
    CLI::App* list = policy->add_subcommand("list", "All policies that have a name, with where they are");
    list->add_flag("--json", *json, "As one JSON object");
    list->callback([json, &chosen] { chosen = [json] { return list_policies(*json); }; });
    add_show(*policy, chosen);
    add_check(*policy, chosen);
}

} // namespace hutch::cli

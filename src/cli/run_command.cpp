// `hutch run`: from settings to exit code. What can be wrong with the command line and the files is found before anything
// of the machine is touched; what cannot be enforced is found before any test starts.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/box.h"
#include "cli/composition.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/opening_notices.h"
#include "cli/planning.h"
#include "cli/history.h"
#include "cli/lent_slots.h"
#include "cli/profile_list.h"
#include "cli/program.h"
#include "cli/project_loading.h"
#include "cli/run_flags.h"
#include "cli/selection.h"
#include "cli/work_directory.h"
#include "protocol/expressions.h"
#include "report/json_lines.h"
#include "report/plain.h"
#include "report/signal_name.h"
#include "run/engine.h"
#include "schedule/slots.h"
#include "store/reporter.h"

namespace hutch::cli {

namespace {

/// The terminal's reporter and the file's. With the events on standard output, the lines go to standard error.
class Reporters {
  public:
    static Result<std::unique_ptr<Reporters>> open(const RunSettings& settings, const History& history)
    {
        std::optional<report::JsonLinesReporter> events;
        if (!settings.events_file.empty()) {
            auto opened = report::JsonLinesReporter::open(settings.events_file, profile_list());
            if (!opened) {
                return std::unexpected(std::move(opened.error()));
            }
            events = std::move(*opened);
        }
        const int out = settings.events_file == "-" ? STDERR_FILENO : STDOUT_FILENO;
        auto reporters = std::unique_ptr<Reporters>(new Reporters(settings, out, std::move(events)));
        if (history.store() != nullptr) {
            reporters->store_.emplace(*history.store(), store::RunFacts{.run_id = {}, .owner = this_process()});
            reporters->store_->name_by([&history](const std::string& name) { return history.stored_name(name); });
        }
        return reporters;
    }

    /// The store first, then files, then the terminal: what is on the screen is in the files, and what is in the files is in the store.
    std::vector<Reporter*> list(std::vector<std::string> notices)
    {
        std::vector<Reporter*> reporters;
        if (store_) {
            reporters.push_back(&*store_);
        }
        if (events_) {
            reporters.push_back(&*events_);
        }
        reporters.push_back(&plain_);
        opening_ = std::make_unique<OpeningNotices>(reporters, std::move(notices));
        reporters.push_back(opening_.get());
        return reporters;
    }

    bool reader_has_gone() const { return plain_.broken_pipe(); }

  private:
    Reporters(const RunSettings& settings, int out, std::optional<report::JsonLinesReporter> events)
        : events_(std::move(events)),
          plain_(base::BorrowedFd(out), {.colour = use_colour(settings.colour, colour_environment(), isatty(out) == 1),
                                         .quiet = settings.quiet,
                                         .show_bytes = settings.show_bytes,
                                         .profiles = profile_list()})
    {}

    std::optional<store::StoreReporter> store_;
    std::optional<report::JsonLinesReporter> events_;
    report::PlainReporter plain_;
    std::unique_ptr<OpeningNotices> opening_;
};

/// The exit code, and the last line on standard error where it is neither 0 nor 1.
int conclude(const Result<run::RunResult>& result, const Reporters& reporters)
{
    if (!result) {
        return result.error().code == EPIPE && reporters.reader_has_gone() ? exit_signal_base + SIGPIPE
                                                                           : complain(result.error());
    }
    if (result->stalled) {
        return complain(exit_failed, fmt::format("no test ended within the stall timeout; {} not run", result->not_run));
    }
    if (result->signal != 0) {
        return complain(exit_signal_base + result->signal,
                        fmt::format("ended by {}; {} not run", report::signal_name(result->signal), result->not_run));
    }
    return result->failed > 0 || result->not_run > 0 ? exit_failed : exit_ok;
}

/// What a run is made of, before anything of the machine is touched.
struct Prepared {
    std::string cwd;
    config::Project project;
    RunSettings settings;
    History history;
    Selected selected;
};

Said said_of(discover::Selection& selection)
{
    Said said{.traits = {}, .edges = std::move(selection.edges)};
    for (const TestFile& file : selection.tests) {
        said.traits.push_back(file.traits);
    }
    return said;
}

/// What nobody can give yet is an error before anything is started.
Result<void> check_traits(const std::vector<TestFile>& files)
{
    for (const TestFile& file : files) {
        if (file.traits->ports) {
            return plain_error(fmt::format("{}: @Ports: no ports can be leased yet", file.name));
        }
        if (file.traits->isolation == Apart::container) {
            return plain_error(fmt::format("{}: @Isolation container: no containers can be started yet", file.name));
        }
        for (const auto& [patterns, label] : {std::pair(&file.exit.skip_if, "skip"), {&file.exit.fail_if, "fail"}, {&file.exit.pass_if, "pass"}}) {
            const auto compiled = protocol::Expressions::compile(*patterns, fmt::format("{}'s {} expression", file.name, label));
            if (!compiled) {
                return std::unexpected(compiled.error());
            }
        }
    }
    return {};
}

/// A store that cannot be had is missed only where it was asked for something: a checkout may be read-only.
Result<History> open_history(const RunSettings& settings, const config::Project& project, bool only_read)
{
    if (!settings.store) {
        if (settings.selection.filter.needs_history()) {
            return usage_error("--no-store knows nothing of earlier runs, and --rerun-failed, --only-skipped or status() needs them");
        }
        return History();
    }
    auto history = History::open(project.directory, only_read);
    if (!history && !settings.selection.filter.needs_history()) {
        return History::without(fmt::format("no history is kept: {} (--no-store says nothing)", history.error().message));
    }
    return history;
}

std::vector<std::string> opening_notices(const Prepared& prepared, const Box& box, std::vector<std::string> of_plan)
{
    std::vector<std::string> notices = box.notices();
    for (const auto* more : std::initializer_list<const std::vector<std::string>*>{&prepared.selected.notices, &prepared.history.notices(), &of_plan}) {
        notices.insert(notices.end(), more->begin(), more->end());
    }
    if (prepared.settings.shuffle_seed) {
        notices.push_back(fmt::format("shuffled: --shuffle --seed {} gives this order again", *prepared.settings.shuffle_seed));
    }
    return notices;
}

Result<Plan> plan_tests(Prepared& prepared, const Box& box)
{
    const RunSettings& settings = prepared.settings;
    return make_plan(std::move(prepared.selected.selection.tests),
                     {.limits = settings.limits,
                      .policy = [&](const Traits& traits) { return settings.policy(traits, prepared.cwd); },
                      .isolation = settings.options.isolation},
                     box, prepared.cwd);
}

int run_in_box(Prepared prepared)
{
    RunSettings& settings = prepared.settings;
    auto box = Box::open(settings.options.cgroup);
    if (!box) {
        return complain(box.error());
    }
    Said said = said_of(prepared.selected.selection);
    auto plan = plan_tests(prepared, **box);
    if (!plan) {
        (void)(*box)->close();
        return complain(plan.error());
    }
    auto reporters = Reporters::open(settings, prepared.history);
    if (!reporters) {
        (void)(*box)->close();
        return complain(reporters.error());
    }
    settings.options.stall_timeout = stall_timeout(plan->tests, settings);
    run::Work work = compose(std::move(plan->tests), std::move(said), settings, prepared.project, prepared.history);
    Lent lent = lent_slots(settings);
    std::ranges::move(lent.notices, std::back_inserter(plan->notices));
    auto notices = opening_notices(prepared, **box, std::move(plan->notices));
    const auto result =
        run::run_tests((*box)->engine(*lent.slots, (*reporters)->list(std::move(notices)), settings.cpus), settings.options, std::move(work));
    const auto closed = (*box)->close();
    const int code = conclude(result, **reporters);
    return closed || code > exit_failed ? code : complain(closed.error());
}

/// Every policy that a test has, with what the flags make of it: a flag may be right for the one and wrong for another.
Result<void> check_policies(const std::vector<TestFile>& files, const RunSettings& settings, const LoadedProject& loaded,
                            const std::string& cwd, bool flags_right)
{
    const auto check = [&](const Traits& traits, const std::string& name) -> Result<void> {
        auto policy = settings.policy(traits, cwd);
        if (policy) {
            return {};
        }
        const bool defaults_right = settings.policy(Traits(), cwd).has_value();
        if (flags_right && !defaults_right) {
            return std::unexpected(blame_project(std::move(policy.error()), loaded.project));
        }
        if (defaults_right) {
            policy.error().message = fmt::format("{}: {}", name, policy.error().message);
        }
        return std::unexpected(std::move(policy.error()));
    };
    if (files.empty()) {
        return check(loaded.project.traits, "[run]");
    }
    std::set<const Traits*> checked;
    for (const TestFile& file : files) {
        if (!checked.insert(file.traits.get()).second) {
            continue;
        }
        if (auto right = check(*file.traits, file.name); !right) {
            return right;
        }
    }
    return {};
}

/// The command line is right by itself; then the project file lays its defaults below it.
Result<Prepared> prepare(const RunFlags& flags, CLI::App& root, const Arguments& arguments)
{
    const auto given = flags.settings();
    if (!given) {
        return std::unexpected(given.error());
    }
    const auto cwd = enter(flags.selection().directory());
    if (!cwd) {
        return std::unexpected(cwd.error());
    }
    const bool flags_right = given->policy(Traits(), *cwd).has_value();
    auto loaded = load_project(*cwd, flags.selection().project_file());
    if (!loaded) {
        return std::unexpected(std::move(loaded.error()));
    }
    if (auto again = parse_with_defaults(root, arguments, loaded->project); !again) {
        return std::unexpected(std::move(again.error()));
    }
    auto settings = flags.settings();
    if (!settings) {
        return std::unexpected(blame_project(settings.error(), loaded->project));
    }
    auto history = open_history(*settings, loaded->project, flags.listing().wanted());
    if (!history) {
        return std::unexpected(std::move(history.error()));
    }
    if (!settings->is_suite) {
        history->name_by_project(*cwd, loaded->project.directory);
    }
    auto selected = select_tests(settings->selection, loaded->project, *cwd, history->last_of());
    if (!selected) {
        return std::unexpected(std::move(selected.error()));
    }
    if (auto policies = check_policies(selected->selection.tests, *settings, *loaded, *cwd, flags_right); !policies) {
        return std::unexpected(std::move(policies.error()));
    }
    std::ranges::move(loaded->notices, std::back_inserter(selected->notices));
    return Prepared{.cwd = *cwd,
                    .project = std::move(loaded->project),
                    .settings = *std::move(settings),
                    .history = *std::move(history),
                    .selected = *std::move(selected)};
}

int run_command(const RunFlags& flags, CLI::App& root, const Arguments& arguments)
{
    auto prepared = prepare(flags, root, arguments);
    if (!prepared) {
        return complain(prepared.error());
    }
    if (flags.listing().wanted()) {
        return flags.listing().list(prepared->selected);
    }
    discover::Selection& selection = prepared->selected.selection;
    if (selection.tests.empty()) {
        return prepared->settings.no_tests_pass ? exit_ok : complain(exit_no_tests, why_no_tests(prepared->selected));
    }
    add_setups(selection, prepared->project);
    if (const auto checked = check_traits(selection.tests); !checked) {
        return complain(checked.error());
    }
    const std::string& output_dir = prepared->settings.options.output_dir;
    if (!output_dir.empty()) {
        if (const auto made = base::make_directories(output_dir); !made) {
            return complain(made.error());
        }
    }
    return run_in_box(*std::move(prepared));
}


} // namespace

void add_run(CLI::App& root, Chosen& chosen, const Arguments& arguments)
{
    auto flags = std::make_shared<RunFlags>();
    CLI::App* command = root.add_subcommand("run", "Run test files, each in a cgroup of its own");
    flags->add_to(*command);
    command->callback([flags, &root, &chosen, &arguments] {
        chosen = [flags, &root, &arguments] { return run_command(*flags, root, arguments); };
    });
}

} // namespace hutch::cli

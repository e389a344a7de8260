// `hutch run`: from settings to exit code. What can be wrong with the command line and the files is found before anything
// of the machine is touched; what cannot be enforced is found before any test starts.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/box.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/opening_notices.h"
#include "cli/planning.h"
#include "cli/profile_list.h"
#include "cli/program.h"
#include "cli/run_flags.h"
#include "cli/work_directory.h"
#include "discover/discover.h"
#include "report/json_lines.h"
#include "report/plain.h"
#include "report/signal_name.h"
#include "run/engine.h"
#include "schedule/slots.h"

namespace hutch::cli {

namespace {

/// The terminal's reporter and the file's. With the events on standard output, the lines go to standard error.
class Reporters {
  public:
    static Result<std::unique_ptr<Reporters>> open(const RunSettings& settings)
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
        return std::unique_ptr<Reporters>(new Reporters(settings, out, std::move(events)));
    }

    /// Files before the terminal: what is on the screen is in the file.
    std::vector<Reporter*> list(std::vector<std::string> notices)
    {
        std::vector<Reporter*> reporters;
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
    if (result->signal != 0) {
        return complain(exit_signal_base + result->signal,
                        fmt::format("ended by {}; {} not run", report::signal_name(result->signal), result->not_run));
    }
    return result->failed > 0 || result->not_run > 0 ? exit_failed : exit_ok;
}

int run_in_box(std::vector<TestFile> files, const RunSettings& settings, const Policy& policy, const std::string& cwd)
{
    auto box = Box::open(settings.options.cgroup);
    if (!box) {
        return complain(box.error());
    }
    auto plan =
        make_plan(std::move(files),
                  {.limits = settings.limits, .policy = policy, .isolation = settings.options.isolation}, **box, cwd);
    if (!plan) {
        (void)(*box)->close();
        return complain(plan.error());
    }
    auto reporters = Reporters::open(settings);
    if (!reporters) {
        (void)(*box)->close();
        return complain(reporters.error());
    }
    std::vector<std::string> notices = (*box)->notices();
    std::ranges::move(plan->notices, std::back_inserter(notices));
    schedule::LocalSlots slots(settings.options.workers);
    const auto result = run::run_tests((*box)->engine(slots, (*reporters)->list(std::move(notices)), settings.cpus),
                                       settings.options, std::move(plan->tests));
    const auto closed = (*box)->close();
    const int code = conclude(result, **reporters);
    return closed || code > exit_failed ? code : complain(closed.error());
}

int run_command(const RunFlags& flags)
{
    auto settings = flags.settings();
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
    auto files = discover::discover(settings->paths, {.cwd = *cwd});
    if (!files) {
        return complain(files.error());
    }
    if (files->empty()) {
        return settings->no_tests_pass ? exit_ok : complain(exit_no_tests, "no tests found");
    }
    if (!settings->options.output_dir.empty()) {
        if (const auto made = base::make_directories(settings->options.output_dir); !made) {
            return complain(made.error());
        }
    }
    return run_in_box(std::move(*files), *settings, *policy, *cwd);
}

} // namespace

void add_run(CLI::App& root, Chosen& chosen)
{
    auto flags = std::make_shared<RunFlags>();
    CLI::App* command = root.add_subcommand("run", "Run test files, each in a cgroup of its own");
    flags->add_to(*command);
    command->callback([flags, &chosen] { chosen = [flags] { return run_command(*flags); }; });
}

} // namespace hutch::cli

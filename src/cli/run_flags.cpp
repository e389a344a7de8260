#include "cli/run_flags.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/choice.h"
#include "cli/environment.h"
#include "kernel/cpus.h"

namespace hutch::cli {

namespace {

constexpr std::size_t most_workers = 4096;
constexpr std::size_t default_show_bytes = std::size_t{64} << 10;
constexpr const char* running_group = "Running";
constexpr const char* report_group = "Reports";

} // namespace

void RunFlags::add_to(CLI::App& command)
{
    command.add_option("PATH", paths_, "Test files, and directories whose executable files are tests (default: .)")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("");
    add_running(command);
    limits_.add_to(command);
    policy_.add_to(command);
    box_.add_to(command);
    add_reports(command);
}

void RunFlags::add_running(CLI::App& command)
{
    command
        .add_option("-j,--jobs,--max-workers", jobs_,
                    "Tests at a time (default: allowed CPUs less one, at least 1);\nalso HUTCH_JOBS")
        ->type_name("N")
        ->group(running_group);
    command.add_flag("--parallel", parallel_, "As many tests at a time as that default")->group(running_group);
    command.add_flag("--sequential", sequential_, "One test at a time")->group(running_group);
    command.add_flag("--fail-fast", fail_fast_, "Start nothing more after the first failure")->group(running_group);
    command.add_option("--max-fail", max_fail_, "Start nothing more after N failures")
        ->type_name("N")
        ->group(running_group);
    command.add_option("--leak", leak_, "A pass that left processes behind: report it (default), or\nmake it fail")
        ->type_name("report|fail")
        ->group(running_group);
    command.add_option("--no-tests", no_tests_, "No test found: fail with exit code 4 (default) or pass")
        ->type_name("fail|pass")
        ->group(running_group);
    command.add_option("-C,--directory", directory_, "Go there first")->type_name("DIR")->group(running_group);
}

void RunFlags::add_reports(CLI::App& command)
{
    command.add_option("--events", events_, "Write what happens to FILE, a JSON object a line; - is standard output")
        ->type_name("FILE")
        ->group(report_group);
    command.add_option("--output-dir", output_dir_, "Keep the whole output of every test in files in DIR")
        ->type_name("DIR")
        ->group(report_group);
    command
        .add_option(
            "--capture", capture_,
            "Of each stream of a test keep so much, half of it from the\nbeginning, half from the end (default 1M)")
        ->type_name("SIZE")
        ->group(report_group);
    command.add_flag("-q,--quiet", quiet_, "Only failures and the summary")->group(report_group);
    command.add_option("--color,--colour", colour_, "auto, always or never; also NO_COLOR, FORCE_COLOR")
        ->type_name("WHEN")
        ->group(report_group);
}

Result<std::size_t> RunFlags::workers(unsigned cpus) const
{
    const std::size_t standard = std::max(1U, cpus - 1);
    if (sequential_ && parallel_) {
        return usage_error("--sequential and --parallel exclude each other");
    }
    if (sequential_) {
        if (!jobs_.empty() && jobs_ != "1") {
            return usage_error(fmt::format("--sequential and --jobs {} exclude each other", jobs_));
        }
        return std::size_t{1};
    }
    const std::string text = parallel_ ? jobs_ : flag_or_variable(jobs_, "HUTCH_JOBS");
    if (text.empty()) {
        return standard;
    }
    const auto jobs = base::parse_uint64(text);
    if (!jobs || *jobs == 0 || *jobs > most_workers) {
        return usage_error(fmt::format("--jobs '{}': a number from 1 to {}", text, most_workers));
    }
    return static_cast<std::size_t>(*jobs);
}

Result<std::size_t> RunFlags::max_fail() const
{
    if (max_fail_.empty()) {
        return std::size_t{fail_fast_ ? 1U : 0U};
    }
    const auto count = base::parse_uint64(max_fail_);
    if (!count || *count == 0) {
        return usage_error(fmt::format("--max-fail '{}': a number from 1 up", max_fail_));
    }
    return fail_fast_ ? std::size_t{1} : static_cast<std::size_t>(*count);
}

Result<LeakPolicy> RunFlags::leak_policy() const
{
    const auto fails = chose_other("--leak", leak_, "report", "fail");
    if (!fails) {
        return std::unexpected(fails.error());
    }
    return *fails ? LeakPolicy::fail : LeakPolicy::report;
}

Result<RunOptions> RunFlags::options(unsigned cpus) const
{
    RunOptions options;
    const auto box = box_.choice();
    if (!box) {
        return std::unexpected(box.error());
    }
    options.isolation = box->isolation;
    options.cgroup = box->cgroup;
    const auto count = workers(cpus);
    if (!count) {
        return std::unexpected(count.error());
    }
    options.workers = *count;
    const auto failures = max_fail();
    if (!failures) {
        return std::unexpected(failures.error());
    }
    options.max_fail = *failures;
    const auto leak = leak_policy();
    if (!leak) {
        return std::unexpected(leak.error());
    }
    options.leak = *leak;
    const auto capture = capture_.empty() ? Result<Bytes>(options.capture_bytes) : parse_bytes(capture_);
    if (!capture) {
        return std::unexpected(capture.error());
    }
    options.capture_bytes = static_cast<std::size_t>(*capture);
    options.output_dir = output_dir_;
    return options;
}

Result<RunSettings> RunFlags::settings() const
{
    RunSettings settings;
    settings.cpus = kernel::allowed_cpus();
    auto run_options = options(settings.cpus);
    if (!run_options) {
        return std::unexpected(std::move(run_options.error()));
    }
    settings.options = std::move(*run_options);
    auto limits = limits_.limits(LimitFlags::Base::default_profile);
    if (!limits) {
        return std::unexpected(std::move(limits.error()));
    }
    settings.limits = std::move(*limits);
    settings.policy = [this, isolation = settings.options.isolation](const std::string& cwd) {
        return policy_.policy(cwd, isolation);
    };
    const auto colour = parse_colour(colour_);
    if (!colour) {
        return std::unexpected(colour.error());
    }
    settings.colour = *colour;
    const auto pass = chose_other("--no-tests", no_tests_, "fail", "pass");
    if (!pass) {
        return std::unexpected(pass.error());
    }
    settings.no_tests_pass = *pass;
    settings.paths = paths_.empty() ? std::vector<std::string>{"."} : paths_;
    settings.directory = directory_;
    settings.events_file = events_;
    settings.show_bytes = capture_.empty() ? default_show_bytes : settings.options.capture_bytes;
    settings.quiet = quiet_;
    return settings;
}

} // namespace hutch::cli

#include "cli/run_flags.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/clock.h"
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
    selection_.add_to(command);
    listing_.add_to(command, true);
    add_running(command);
    add_repeating(command);
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
    command
        .add_option("--stall-timeout,--parallel-timeout", stall_timeout_,
                    "Stop the run when something runs and nothing has ended\nfor so long (default 300s, or the longest --timeout; 0: off)")
        ->type_name("DURATION")
        ->group(running_group);
    command
        .add_option("--memory-budget", memory_budget_,
                    "Tests that say or have shown what memory they take start\nonly while it fits into this (default 80%; 0: off)")
        ->type_name("SIZE")
        ->group(running_group);
    command.add_flag("--no-store", no_store_, "Keep no history, and know none (.hutch/; docs/store.md)")->group(running_group);
}

void RunFlags::add_repeating(CLI::App& command)
{
    constexpr const char* group = "Again, and in which order";
    command.add_option("--retries", retries_, "Try a test that did not pass so many times more")->type_name("N")->group(group);
    command.add_option("--retry-delay", retry_delay_, "Wait so long before that")->type_name("DURATION")->group(group);
    command.add_option("--flaky", flaky_, "A test that passed only when tried again: pass (default) or fail")
        ->type_name("pass|fail")
        ->group(group);
    command.add_option("--repeat", repeat_, "Run every test N times")->type_name("N")->group(group);
    command.add_option("--stress", stress_, "Run all tests again and again until so much time has passed")
        ->type_name("DURATION")
        ->group(group);
    command.add_flag("--shuffle", shuffle_, "Start tests in a random order")->group(group);
    command.add_option("--seed", seed_, "Of that order (default: of the clock, and told)")->type_name("N")->group(group);
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

namespace {

constexpr Microseconds default_stall = std::chrono::seconds(300);
constexpr std::string_view default_budget = "80%";

Result<std::optional<std::uint64_t>> count_of(std::string_view flag, const std::string& text, std::uint64_t least, std::uint64_t most)
{
    if (text.empty()) {
        return std::nullopt;
    }
    const auto count = base::parse_uint64(text);
    if (!count || *count < least || *count > most) {
        return usage_error(fmt::format("{} '{}': a number from {} to {}", flag, text, least, most));
    }
    return count;
}

Result<Microseconds> duration_of(std::string_view flag, const std::string& text, Microseconds standard)
{
    if (text.empty()) {
        return standard;
    }
    auto duration = parse_duration(text);
    if (!duration) {
        duration.error().message = fmt::format("{}: {}", flag, duration.error().message);
    }
    return duration;
}

} // namespace

Result<void> RunFlags::set_repeating(RunSettings& settings) const
{
    constexpr std::uint64_t most_rounds = 1'000'000;
    const auto retries = count_of("--retries", retries_, 0, 100);
    const auto rounds = count_of("--repeat", repeat_, 1, most_rounds);
    const auto seed = count_of("--seed", seed_, 0, UINT64_MAX);
    const auto delay = duration_of("--retry-delay", retry_delay_, Microseconds(0));
    const auto stress = duration_of("--stress", stress_, Microseconds(0));
    const auto stall = duration_of("--stall-timeout", stall_timeout_, default_stall);
    const auto flaky_fails = chose_other("--flaky", flaky_, "pass", "fail");
    const auto budget = parse_bytes(memory_budget_.empty() ? default_budget : memory_budget_, machine_memory());
    for (const auto* error : {retries ? nullptr : &retries.error(), rounds ? nullptr : &rounds.error(), seed ? nullptr : &seed.error(),
                              delay ? nullptr : &delay.error(), stress ? nullptr : &stress.error(), stall ? nullptr : &stall.error(),
                              flaky_fails ? nullptr : &flaky_fails.error(), budget ? nullptr : &budget.error()}) {
        if (error != nullptr) {
            return std::unexpected(*error);
        }
    }
    if (*rounds && *stress > Microseconds(0)) {
        return usage_error("--repeat and --stress exclude each other");
    }
    if (*seed && !shuffle_) {
        return usage_error("--seed is of --shuffle, which is not there", "--shuffle --seed " + seed_);
    }
    if (*retries) {
        settings.retries = static_cast<unsigned>(**retries);
    }
    if (!retry_delay_.empty()) {
        settings.retry_delay = *delay;
    }
    if (shuffle_) {
        settings.shuffle_seed = seed->value_or(static_cast<std::uint64_t>(base::monotonic_now().count()) % 1'000'000);
    }
    settings.options.rounds = static_cast<std::size_t>(rounds->value_or(1));
    settings.options.stress = *stress;
    settings.options.stall_timeout = *stall;
    settings.stall_is_default = stall_timeout_.empty();
    settings.options.flaky = *flaky_fails ? FlakyPolicy::fail : FlakyPolicy::pass;
    settings.memory_budget = *budget;
    return {};
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
    auto selection = selection_.settings();
    if (!selection) {
        return std::unexpected(std::move(selection.error()));
    }
    settings.selection = *std::move(selection);
    settings.is_suite = selection_.is_suite();
    const auto base = settings.is_suite ? LimitFlags::Base::nothing : LimitFlags::Base::default_profile;
    if (const auto checked = limits_.limits(base); !checked) { // what is wrong with the flags is no test's fault
        return std::unexpected(checked.error());
    }
    settings.limits = [this, base](const Traits& traits) { return limits_.limits_of(traits, base); };
    settings.policy = [this, isolation = settings.options.isolation](const Traits& traits, const std::string& cwd) {
        return policy_.policy_of(traits, cwd, isolation);
    };
    if (auto repeating = set_repeating(settings); !repeating) {
        return std::unexpected(std::move(repeating.error()));
    }
    settings.store = !no_store_;
    settings.jobs_given = sequential_ || parallel_ || !flag_or_variable(jobs_, "HUTCH_JOBS").empty();
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
    settings.events_file = events_;
    settings.show_bytes = capture_.empty() ? default_show_bytes : settings.options.capture_bytes;
    settings.quiet = quiet_;
    return settings;
}

} // namespace hutch::cli

#include "run/engine.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/file.h"
#include "plan/environment.h"
#include "plan/sandbox.h"
#include "run/judge.h"
#include "run/keep_changes.h"

namespace hutch::run {

namespace {

class Engine {
  public:
    Engine(EngineDeps deps, const RunOptions& options, std::vector<TestPtr> tests)
        : deps_(std::move(deps)), options_(options), total_(tests.size()), queue_(std::move(tests)),
          temp_dirs_(deps_.temp_root, deps_.run_id)
    {}

    Result<RunResult> run();

  private:
    struct Running {
        std::unique_ptr<LiveAttempt> attempt;
        schedule::Slot slot;
        std::string temp_dir;
    };

    void fill();
    void start(schedule::Due due, schedule::Slot slot);
    void ended(LiveAttempt& attempt);
    void conclude(Running& running);
    void give_back(const Running& running, const Outcome& outcome);
    void tell(const Event& event);
    void interrupted(int signal, bool again);
    void end_early(bool at_once);
    void suspend();

    EngineDeps deps_;
    const RunOptions& options_;
    std::size_t total_;
    schedule::Queue queue_;
    TempDirs temp_dirs_;
    base::UniqueFd null_;
    std::vector<Running> running_;
    std::vector<std::unique_ptr<LiveAttempt>>
        retired_; ///< ended; destroyed when the next one ends: no handler of theirs is on the stack then
    std::size_t serial_ = 0;
    bool filling_ = false;
    RunResult result_;
    std::optional<Error> error_;
};

Result<RunResult> Engine::run()
{
    const Microseconds begun = base::monotonic_now();
    auto null = base::open_file("/dev/null", O_RDONLY | O_CLOEXEC);
    if (!null) {
        return std::unexpected(null.error());
    }
    null_ = std::move(*null);
    auto interrupts =
        Interrupts::watch(deps_.loop, {.end = [this](int signal, bool again) { interrupted(signal, again); },
                                       .suspend = [this] { suspend(); }});
    if (!interrupts) {
        return std::unexpected(interrupts.error());
    }
    tell(event::RunStarted{
        .run_id = deps_.run_id, .rung = deps_.manager.describe(), .tests = total_, .workers = deps_.slots.capacity()});
    auto kick = deps_.loop.soon([this] { fill(); });
    if (!kick) {
        return std::unexpected(kick.error());
    }
    if (auto looped = deps_.loop.run(); !looped) {
        deps_.manager.kill_all();
        return std::unexpected(looped.error());
    }
    tell(event::RunFinished{
        .duration = base::monotonic_now() - begun, .not_run = result_.not_run, .signal = result_.signal});
    if (error_) {
        return std::unexpected(*error_);
    }
    return result_;
}

void Engine::fill()
{
    if (filling_) {
        return; // an attempt that ended while it was being started: the loop below goes on
    }
    filling_ = true;
    while (!queue_.empty()) {
        const auto slot = deps_.slots.acquire();
        if (!slot) {
            break;
        }
        start(*queue_.next(), *slot);
    }
    filling_ = false;
    if (running_.empty()) {
        result_.not_run += queue_.cancel_rest(); // no slot is left when unkillable tests hold them all
        deps_.loop.stop();
    }
}

void Engine::start(schedule::Due due, schedule::Slot slot)
{
    Job job{.test = due.test, .attempt = due.attempt, .scope_name = fmt::format("t-{}", ++serial_)};
    const bool needs_dir = !due.test->sandbox || due.test->sandbox->temp_dir.empty() || due.test->sandbox->attempt_dir;
    auto temp_dir = needs_dir ? temp_dirs_.take() : Result<std::string>(std::string());
    if (!temp_dir) {
        error_ = error_.value_or(temp_dir.error());
        deps_.slots.release(slot);
        ++result_.not_run;
        return end_early(false);
    }
    job.env = plan::attempt_environment(
        *due.test, plan::AttemptFacts{.attempt = due.attempt, .worker = slot.worker, .temp_dir = *temp_dir});
    job.attempt_dir = *temp_dir;
    const World world{deps_.loop, deps_.manager, deps_.init, options_, deps_.cpus, null_};
    auto attempt = std::make_unique<LiveAttempt>(world, std::move(job), [this](LiveAttempt& done) { ended(done); });
    LiveAttempt& started = *attempt;
    running_.push_back({std::move(attempt), slot, std::move(*temp_dir)});
    started.start();
    if (started.pid() > 0) {
        tell(event::TestStarted{.test = due.test, .attempt = due.attempt, .pid = started.pid()});
    }
}

void Engine::ended(LiveAttempt& attempt)
{
    if (!filling_) {
        retired_.clear(); // not the one that ends now: its handler goes on when we return
    }
    const auto found = std::ranges::find_if(running_, [&](const Running& r) { return r.attempt.get() == &attempt; });
    Running running = std::move(*found);
    running_.erase(found);
    conclude(running);
    retired_.push_back(std::move(running.attempt));
    fill();
}

void Engine::conclude(Running& running)
{
    LiveAttempt& attempt = *running.attempt;
    const TestPtr& test = attempt.job().test;
    auto outcome = std::make_shared<Outcome>(
        judge(attempt.evidence(), Rules{.skip_codes = test->skip_codes, .leak = options_.leak}));
    give_back(running, *outcome);
    is_success(outcome->verdict) ? ++result_.succeeded : ++result_.failed;
    tell(event::TestFinished{.test = test,
                             .attempt = attempt.job().attempt,
                             .outcome = outcome,
                             .out = attempt.output().out(),
                             .err = attempt.output().err(),
                             .output_file = attempt.output().file()});
    if (!attempt.trouble().empty() && outcome->cause != Cause::unkillable) {
        tell(event::Notice{fmt::format("{}: {}", test->name, attempt.trouble())});
    }
    if (options_.max_fail > 0 && result_.failed >= options_.max_fail) {
        result_.not_run += queue_.cancel_rest();
    }
}

void Engine::give_back(const Running& running, const Outcome& outcome)
{
    if (outcome.cause == Cause::unkillable) {
        // What cannot be killed still uses the machine: it costs its slot, not the run. Its directory stays, too.
        deps_.slots.forfeit(running.slot);
        return;
    }
    deps_.slots.release(running.slot);
    if (running.temp_dir.empty()) {
        return;
    }
    const Job& job = running.attempt->job();
    if (keeps_changes(*job.test)) {
        if (auto kept = keep_changes(*job.test, job.attempt, running.temp_dir); !kept) {
            tell(event::Notice{kept.error().message});
        }
    }
    if (auto removed = temp_dirs_.give_back(running.temp_dir); !removed) {
        tell(event::Notice{removed.error().message});
    }
}

void Engine::tell(const Event& event)
{
    for (Reporter* reporter : deps_.reporters) {
        if (auto told = reporter->on(event); !told && !error_) {
            error_ = told.error();
            end_early(false);
        }
    }
}

void Engine::interrupted(int signal, bool again)
{
    result_.signal = result_.signal != 0 ? result_.signal : signal;
    end_early(again);
}

void Engine::end_early(bool at_once)
{
    result_.not_run += queue_.cancel_rest();
    // A test that ends inside stop() leaves running_: walk over a copy.
    std::vector<LiveAttempt*> alive;
    for (const Running& running : running_) {
        alive.push_back(running.attempt.get());
    }
    for (LiveAttempt* attempt : alive) {
        attempt->stop(StopReason::cancelled, at_once);
    }
}

void Engine::suspend()
{
    for (Running& running : running_) {
        running.attempt->pause_clocks();
    }
    if (auto frozen = deps_.manager.freeze_all(true); !frozen) {
        tell(event::Notice{frozen.error().message});
    }
    Interrupts::stop_this_process(); // returns on SIGCONT
    if (auto thawed = deps_.manager.freeze_all(false); !thawed) {
        tell(event::Notice{thawed.error().message});
    }
    for (Running& running : running_) {
        running.attempt->resume_clocks();
    }
}

} // namespace

Result<RunResult> run_tests(EngineDeps deps, const RunOptions& options, std::vector<TestPtr> tests)
{
    return Engine(std::move(deps), options, std::move(tests)).run();
}

} // namespace hutch::run

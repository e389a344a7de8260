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
#include "run/network_pool.h"

namespace hutch::run {

namespace {

class Engine {
  public:
    Engine(EngineDeps deps, const RunOptions& options, std::vector<TestPtr> tests)
        : deps_(std::move(deps)), options_(options), total_(tests.size()), queue_(std::move(tests)),
          temp_dirs_(deps_.temp_root, deps_.run_id), networks_(deps_.init)
    {}

    Result<RunResult> run();

  private:
    struct Running {
        std::unique_ptr<LiveAttempt> attempt;
        std::string temp_dir;
        base::UniqueFd network; ///< from the pool
        std::optional<schedule::Slot> slot; ///< until it was given back; none yet: prepared, and waits for one
    };

    void fill();
    void hand_on();
    void prepare_next();
    bool prepare(schedule::Due due);
    base::UniqueFd network_for(const TestSpec& test);
    void start(Running& prepared, schedule::Slot slot);
    Running* find(const LiveAttempt& attempt);
    Running* next_prepared();
    void vacated(LiveAttempt& attempt);
    void ended(LiveAttempt& attempt);
    void conclude(Running& running);
    void give_back(Running& running, const Outcome& outcome);
    void clear_away(Running& running);
    void tell(const Event& event);
    void interrupted(int signal, bool again);
    void end_early(bool at_once);
    void cancel_rest();
    void suspend();

    static bool is_prepared(const Running& running) { return !running.attempt->started(); }
    /// A copy: who is stopped may end in there, and leaves running_.
    template <class Which> std::vector<LiveAttempt*> all_that(Which which) const
    {
        std::vector<LiveAttempt*> result;
        for (const Running& running : running_) {
            if (which(running)) {
                result.push_back(running.attempt.get());
            }
        }
        return result;
    }

    EngineDeps deps_;
    const RunOptions& options_;
    std::size_t total_;
    schedule::Queue queue_;
    TempDirs temp_dirs_;
    NetworkPool networks_;
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
    do {
        hand_on();
    } while (next_prepared() == nullptr && !queue_.empty() && prepare(*queue_.next()));
    prepare_next();
    filling_ = false;
    if (deps_.slots.capacity() == 0) {
        cancel_rest(); // unkillable tests hold all slots
    }
    if (running_.empty()) {
        result_.not_run += queue_.cancel_rest();
        deps_.loop.stop();
    }
}

/// Starts what is prepared, as slots allow.
void Engine::hand_on()
{
    while (next_prepared() != nullptr) {
        const auto slot = deps_.slots.acquire();
        if (!slot) {
            return;
        }
        start(*next_prepared(), *slot);
    }
}

/// As many as may end at once, but only a few: each is a cgroup and four descriptors.
void Engine::prepare_next()
{
    constexpr std::ptrdiff_t most = 4;
    const auto wanted = std::min(static_cast<std::ptrdiff_t>(deps_.slots.capacity()), most);
    while (!queue_.empty() && std::ranges::count_if(running_, is_prepared) < wanted) {
        if (!prepare(*queue_.next())) {
            return;
        }
    }
}

/// False: nothing more can be started.
bool Engine::prepare(schedule::Due due)
{
    Job job{.test = due.test, .attempt = due.attempt, .scope_name = fmt::format("t-{}", ++serial_)};
    const bool needs_dir = !due.test->sandbox || due.test->sandbox->temp_dir.empty() || due.test->sandbox->attempt_dir;
    auto temp_dir = needs_dir ? temp_dirs_.take() : Result<std::string>(std::string());
    if (!temp_dir) {
        error_ = error_.value_or(temp_dir.error());
        ++result_.not_run;
        end_early(false);
        return false;
    }
    job.env = plan::attempt_environment(*due.test, {.attempt = due.attempt, .temp_dir = *temp_dir});
    job.attempt_dir = *temp_dir;
    base::UniqueFd network = network_for(*due.test);
    if (network.valid()) {
        job.network = base::BorrowedFd(network);
    }
    const World world{deps_.loop, deps_.manager, deps_.init, options_, deps_.cpus, null_};
    auto attempt = std::make_unique<LiveAttempt>(
        world, std::move(job), [this](LiveAttempt& now) { vacated(now); }, [this](LiveAttempt& now) { ended(now); });
    attempt->prepare();
    running_.push_back({std::move(attempt), std::move(*temp_dir), std::move(network), std::nullopt});
    return true;
}

/// Invalid: it has none from the pool. One that cannot be made is not missed: the test makes its own, or says why not.
base::UniqueFd Engine::network_for(const TestSpec& test)
{
    const bool pooled = test.sandbox && test.sandbox->pooled_network && test.sandbox->image.valid();
    auto network = pooled ? networks_.take() : Result<base::UniqueFd>(base::UniqueFd());
    return network ? std::move(*network) : base::UniqueFd();
}

void Engine::start(Running& prepared, schedule::Slot slot)
{
    prepared.slot = slot;
    LiveAttempt& attempt = *prepared.attempt;
    const TestPtr test = attempt.job().test;
    const int number = attempt.job().attempt;
    plan::set_worker(attempt.env(), slot.worker);
    attempt.start(); // it may end in there; what has ended lives on until the loop comes round
    if (attempt.pid() > 0) {
        tell(event::TestStarted{.test = test, .attempt = number, .pid = attempt.pid()});
    }
}

Engine::Running* Engine::find(const LiveAttempt& attempt)
{
    const auto found = std::ranges::find_if(running_, [&](const Running& r) { return r.attempt.get() == &attempt; });
    return found != running_.end() ? &*found : nullptr;
}

/// The oldest one.
Engine::Running* Engine::next_prepared()
{
    const auto found = std::ranges::find_if(running_, is_prepared);
    return found != running_.end() ? &*found : nullptr;
}

/// The next one starts before anything else is done; unless the verdict may be that nothing more is to start.
void Engine::vacated(LiveAttempt& attempt)
{
    if (options_.max_fail > 0) {
        return;
    }
    Running& running = *find(attempt);
    deps_.slots.release(*running.slot);
    running.slot.reset();
    if (!filling_) {
        hand_on();
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
    attempt.started() ? conclude(running) : clear_away(running);
    retired_.push_back(std::move(running.attempt));
    fill();
}

void Engine::conclude(Running& running)
{
    LiveAttempt& attempt = *running.attempt;
    const TestPtr& test = attempt.job().test;
    auto outcome = std::make_shared<Outcome>(
        judge(attempt.evidence(), Rules{.skip_codes = test->exit.skip_codes, .leak = options_.leak}));
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
        cancel_rest();
    }
}

void Engine::give_back(Running& running, const Outcome& outcome)
{
    if (outcome.cause == Cause::unkillable) {
        // What cannot be killed still uses the machine: it costs its slot, not the run. Its directory stays, too.
        deps_.slots.forfeit(*running.slot);
        return;
    }
    if (running.slot) {
        deps_.slots.release(*running.slot);
    }
    clear_away(running);
}

void Engine::clear_away(Running& running)
{
    networks_.give_back(std::move(running.network));
    if (running.temp_dir.empty()) {
        return;
    }
    const Job& job = running.attempt->job();
    if (running.attempt->started() && keeps_changes(*job.test)) {
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
    cancel_rest();
    for (LiveAttempt* attempt : all_that([](const Running& running) { return running.attempt->started(); })) {
        attempt->stop(StopReason::cancelled, at_once);
    }
}

/// What has not started: in the queue, or prepared.
void Engine::cancel_rest()
{
    result_.not_run += queue_.cancel_rest();
    for (LiveAttempt* attempt : all_that(is_prepared)) {
        result_.not_run += attempt->job().attempt == 1 ? 1 : 0;
        attempt->stop(StopReason::cancelled, true);
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

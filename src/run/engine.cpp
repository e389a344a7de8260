#include "run/engine.h"

#include <sys/epoll.h>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/file.h"
#include "plan/environment.h"
#include "plan/sandbox.h"
#include "run/engine_core.h"

namespace hutch::run {

/// --repeat's rounds side by side; --stress' one after the other.
void Engine::begin_rounds(int first)
{
    const bool stress = options_.stress > Microseconds(0);
    const std::size_t rounds = stress ? 1 : std::max<std::size_t>(options_.rounds, 1);
    Expanded expanded = expand(work_, rounds);
    if (!stress) {
        work_.entries = {}; // the agenda has them
    }
    occurrences_ = std::move(expanded.occurrences);
    failed_before_.assign(occurrences_.size(), false);
    setups_.emplace(work_.tests, rounds);
    schedule::Room room = work_.room;
    room.slots = deps_.slots.capacity();
    agenda_.emplace(std::move(expanded.entries), std::move(room));
    first_round_ = first;
}

std::size_t Engine::count_tests() const
{
    const auto is_test = [this](const Occurrence& each) { return work_.tests[each.test]->role == Role::test; };
    return static_cast<std::size_t>(std::ranges::count_if(occurrences_, is_test));
}

Result<RunResult> Engine::run()
{
    begun_ = base::monotonic_now();
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
    tell(event::RunStarted{.run_id = deps_.run_id,
                           .rung = deps_.manager.describe(),
                           .tests = count_tests(),
                           .workers = deps_.slots.capacity()});
    auto kick = deps_.loop.soon([this] { fill(); });
    if (!kick) {
        return std::unexpected(kick.error());
    }
    if (auto looped = deps_.loop.run(); !looped) {
        deps_.manager.kill_all();
        return std::unexpected(looped.error());
    }
    tell(event::RunFinished{
        .duration = base::monotonic_now() - begun_, .not_run = result_.not_run, .signal = result_.signal});
    if (error_) {
        return std::unexpected(*error_);
    }
    return result_;
}

bool Engine::begins_another_round() const
{
    return options_.stress > Microseconds(0) && base::monotonic_now() - begun_ < options_.stress && result_.signal == 0 && !error_ &&
           !result_.stalled && (options_.max_fail == 0 || result_.failed < options_.max_fail) && deps_.slots.capacity() > 0;
}

void Engine::fill()
{
    if (filling_) {
        return; // an attempt that ended while it was being started: the loop below goes on
    }
    filling_ = true;
    hand_on();
    if (running_.empty() && agenda_->finished() && begins_another_round()) {
        begin_rounds(first_round_ + 1);
        hand_on();
    }
    prepare_next();
    filling_ = false;
    if (deps_.slots.capacity() == 0) {
        cancel_rest(); // unkillable tests hold all slots
    }
    wait_for_time();
    let_setups_go();
    if (running_.empty() && agenda_->finished()) {
        deps_.loop.stop();
    }
}

/// Why it is not started, though its turn has come.
static std::optional<Foregone> foregone_now(const TestSpec& test)
{
    if (test.foregone) {
        return test.foregone;
    }
    for (const std::string& needed : test.required_files) {
        if (!base::exists(needed)) {
            return Foregone{.is_failure = true, .why = fmt::format("the file '{}', which it requires, is not there", needed)};
        }
    }
    return std::nullopt;
}

/// Starts what may start, as slots allow.
void Engine::hand_on()
{
    while (const auto turn = agenda_->peek(base::monotonic_now())) {
        std::vector<schedule::Slot> slots;
        if (!take_slots(turn->slots, slots)) {
            return wait_for_slots();
        }
        (void)agenda_->take(base::monotonic_now());
        if (const auto foregone = foregone_now(*test_of(turn->entry))) {
            give_back(slots);
            forgo(*turn, *foregone);
        } else if (!begin(*turn, std::move(slots))) {
            return;
        }
    }
}

bool Engine::take_slots(std::size_t count, std::vector<schedule::Slot>& slots)
{
    while (slots.size() < std::min(count, deps_.slots.capacity())) {
        const auto slot = deps_.slots.acquire();
        if (slot) {
            slots.push_back(*slot);
            continue;
        }
        // A lender (make) may never have as many as a test wants at once: when nothing else runs, it starts with what there is.
        if (agenda_->running() > 0) {
            give_back(slots);
        }
        break;
    }
    return !slots.empty();
}

/// Slots may come from elsewhere, too.
void Engine::wait_for_slots()
{
    const auto fd = deps_.slots.wait_fd();
    if (!fd || slots_come_) {
        return;
    }
    auto source = deps_.loop.on_fd(*fd, EPOLLIN, [this](std::uint32_t) {
        slots_come_.reset();
        fill();
    });
    if (source) {
        slots_come_ = std::move(*source);
    }
}

void Engine::give_back(std::vector<schedule::Slot>& slots)
{
    for (const schedule::Slot& slot : slots) {
        deps_.slots.release(slot);
    }
    slots.clear();
}

/// As many as may end at once, but only a few: each is a cgroup and four descriptors.
void Engine::prepare_next()
{
    constexpr std::size_t most = 4;
    for (const schedule::Turn& turn : agenda_->ahead(std::min(deps_.slots.capacity(), most))) {
        const TestPtr& test = test_of(turn.entry);
        const auto prepared = static_cast<std::size_t>(std::ranges::count_if(running_, is_prepared));
        if (prepared >= most || test->foregone || !test->required_files.empty() || test->role != Role::test || !test->setups.empty()) {
            return;
        }
        if (find_prepared(turn) == nullptr && prepare(turn) == nullptr) {
            return;
        }
    }
}

/// False: nothing more can be started.
bool Engine::begin(const schedule::Turn& turn, std::vector<schedule::Slot> slots)
{
    Running* prepared = find_prepared(turn);
    prepared = prepared != nullptr ? prepared : prepare(turn);
    if (prepared == nullptr) {
        give_back(slots);
        (void)agenda_->ended(turn.entry, false, base::monotonic_now());
        return false;
    }
    start(*prepared, std::move(slots));
    return true;
}

/// Null: it cannot be, and the run ends.
Engine::Running* Engine::prepare(const schedule::Turn& turn)
{
    const TestPtr& test = test_of(turn.entry);
    const bool needs_dir = !test->sandbox || test->sandbox->temp_dir.empty() || test->sandbox->attempt_dir;
    auto temp_dir = needs_dir ? temp_dirs_.take() : Result<std::string>(std::string());
    if (!temp_dir) {
        error_ = error_.value_or(temp_dir.error());
        ++result_.not_run;
        end_early(false);
        return nullptr;
    }
    Job job = job_for(turn, *temp_dir);
    base::UniqueFd network = network_for(*test);
    if (network.valid()) {
        job.network = base::BorrowedFd(network);
    }
    const World world{deps_.loop, deps_.manager, deps_.init, options_, deps_.cpus, null_};
    auto attempt = std::make_unique<LiveAttempt>(
        world, std::move(job), [this](LiveAttempt& now) { vacated(now); }, [this](LiveAttempt& now) { ended(now); });
    attempt->prepare();
    running_.push_back({std::move(attempt), turn.entry, std::move(*temp_dir), std::move(network), {}});
    return &running_.back();
}

Job Engine::job_for(const schedule::Turn& turn, const std::string& temp_dir)
{
    const TestPtr& test = test_of(turn.entry);
    Job job{.test = test, .attempt = turn.attempt, .scope_name = fmt::format("t-{}", ++serial_)};
    plan::AttemptFacts facts{.attempt = turn.attempt, .from_setups = setups_->environment_for(*test), .temp_dir = temp_dir};
    if (test->protocol == Protocol::junit && !temp_dir.empty()) {
        const bool is_moved = test->sandbox && !test->sandbox->out_dir.empty();
        job.xml_file = temp_dir + "/junit.xml";
        job.xml_inside = facts.xml_file = is_moved ? test->sandbox->out_dir + "/junit.xml" : job.xml_file;
    }
    job.env = plan::attempt_environment(*test, facts);
    job.attempt_dir = temp_dir;
    if (test->role == Role::setup) {
        job.ready = [this](LiveAttempt& now) { ready(now); };
    }
    return job;
}

/// Invalid: it has none from the pool. One that cannot be made is not missed: the test makes its own, or says why not.
base::UniqueFd Engine::network_for(const TestSpec& test)
{
    const bool pooled = test.sandbox && test.sandbox->pooled_network && test.sandbox->image.valid();
    auto network = pooled ? networks_.take() : Result<base::UniqueFd>(base::UniqueFd());
    return network ? std::move(*network) : base::UniqueFd();
}

void Engine::start(Running& prepared, std::vector<schedule::Slot> slots)
{
    LiveAttempt& attempt = *prepared.attempt;
    const std::size_t entry = prepared.entry;
    const int number = attempt.job().attempt;
    plan::set_worker(attempt.env(), slots.front().worker);
    prepared.slots = std::move(slots);
    watch_for_stall();
    attempt.start(); // it may end in there; what has ended lives on until the loop comes round
    if (attempt.pid() > 0) {
        soon_quiet();
        tell(event::TestStarted{.test = test_of(entry), .attempt = number, .pid = attempt.pid(), .round = round_of(entry)});
    }
}

/// What is said of a test keeps it from being started.
void Engine::forgo(const schedule::Turn& turn, const Foregone& foregone)
{
    Outcome outcome;
    outcome.verdict = foregone.is_failure ? Verdict::error : foregone.is_planned ? Verdict::planned : Verdict::skip;
    outcome.cause = foregone.is_failure ? Cause::not_available : foregone.is_planned ? Cause::said_planned : Cause::said_skip;
    outcome.detail = foregone.why;
    settle(turn.entry, turn.attempt, std::move(outcome), nullptr);
}

Engine::Running* Engine::find(const LiveAttempt& attempt)
{
    const auto found = std::ranges::find_if(running_, [&](const Running& r) { return r.attempt.get() == &attempt; });
    return found != running_.end() ? &*found : nullptr;
}

Engine::Running* Engine::find_prepared(const schedule::Turn& turn)
{
    const auto found = std::ranges::find_if(running_, [&](const Running& running) {
        return is_prepared(running) && running.entry == turn.entry && running.attempt->job().attempt == turn.attempt;
    });
    return found != running_.end() ? &*found : nullptr;
}

Result<RunResult> run_tests(EngineDeps deps, const RunOptions& options, Work work)
{
    return Engine(std::move(deps), options, std::move(work)).run();
}

} // namespace hutch::run

// What has ended: judged, told, its room given back, and what hangs on it.

#include <fmt/format.h>

#include "base/clock.h"
#include "run/engine_core.h"
#include "run/judge.h"
#include "run/keep_changes.h"
#include "run/output_rules.h"

namespace hutch::run {

/// The next one starts before anything else is done; unless the verdict may be that nothing more is to start.
void Engine::vacated(LiveAttempt& attempt)
{
    Running& running = *find(attempt);
    if (options_.max_fail > 0 || running.slots.empty()) {
        return;
    }
    give_back(running.slots);
    agenda_->vacated(running.entry);
    if (!filling_) {
        hand_on();
    }
}

/// A set-up has ended well; what it left running stays.
void Engine::ready(LiveAttempt& attempt)
{
    Running& running = *find(attempt);
    const std::size_t entry = running.entry;
    running.told = true;
    setups_->has_written(occurrences_[entry].test, attempt.output().said_so_far());
    give_back(running.slots);
    Outcome outcome = judge(attempt.evidence(), Rules{.exit = test_of(entry)->exit});
    settle(entry, attempt.job().attempt, std::move(outcome), nullptr);
    auto later = deps_.loop.soon([this] { fill(); });
    next_fill_ = later ? std::move(*later) : sd::Source();
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
    watch_for_stall();
    fill();
}

Outcome Engine::judged(LiveAttempt& attempt) const
{
    Evidence& evidence = attempt.evidence();
    const TestSpec& test = *attempt.job().test;
    const std::string& xml_file = attempt.job().xml_file;
    evidence.cases = xml_file.empty() || !evidence.exit ? attempt.output().cases() : read_junit_file(xml_file);
    if (attempt.output().out() && attempt.output().err()) {
        evidence.matches = match_output(test.exit, *attempt.output().out(), *attempt.output().err());
    }
    return judge(evidence, Rules{.exit = test.exit, .leak = options_.leak});
}

void Engine::conclude(Running& running)
{
    LiveAttempt& attempt = *running.attempt;
    Outcome outcome = judged(attempt);
    const Cause cause = outcome.cause;
    const std::string name = attempt.job().test->name;
    if (cause == Cause::unkillable) {
        // What cannot be killed still uses the machine: it costs its slots, not the run. Its directory stays, too.
        for (const schedule::Slot& slot : running.slots) {
            deps_.slots.forfeit(slot);
        }
        if (!running.told) {
            agenda_->forfeit(running.entry);
        }
    } else {
        give_back(running.slots);
    }
    if (!running.told) {
        settle(running.entry, attempt.job().attempt, std::move(outcome), &attempt.output());
    }
    if (cause != Cause::unkillable) {
        clear_away(running);
    }
    if (!attempt.trouble().empty() && cause != Cause::unkillable) {
        tell(event::Notice{fmt::format("{}: {}", name, attempt.trouble())});
    }
}

/// An attempt's result is known: the agenda says what becomes of it and of others, the reporters are told.
void Engine::settle(std::size_t entry, int attempt, Outcome outcome, const CapturedOutput* output)
{
    const TestPtr& test = test_of(entry);
    const bool succeeded = is_success(outcome.verdict);
    const auto after = agenda_->ended(entry, succeeded, base::monotonic_now());
    if (succeeded && failed_before_[entry] && outcome.verdict == Verdict::pass) {
        outcome.verdict = Verdict::flaky;
        ++result_.flaky;
    }
    failed_before_[entry] = failed_before_[entry] || !succeeded;
    if (!after.again) {
        const bool counts_as_failed = !succeeded || (outcome.verdict == Verdict::flaky && options_.flaky == FlakyPolicy::fail);
        ++(counts_as_failed ? result_.failed : result_.succeeded);
    }
    event::TestFinished finished{.test = test, .attempt = attempt, .outcome = std::make_shared<const Outcome>(std::move(outcome))};
    if (output != nullptr) {
        finished.out = output->out();
        finished.err = output->err();
        finished.output_file = output->file();
    }
    finished.round = round_of(entry);
    finished.final = !after.again;
    tell(finished);
    for (const std::size_t blocked : after.blocked) {
        tell_blocked(blocked, fmt::format("it depends on {}, which did not pass", test->name));
    }
    if (!after.again) {
        ended_for_good(*test);
    }
    if (options_.max_fail > 0 && result_.failed >= options_.max_fail) {
        cancel_rest();
    }
}

void Engine::tell_blocked(std::size_t entry, const std::string& why)
{
    if (test_of(entry)->role != Role::test) {
        return ended_for_good(*test_of(entry)); // a tear-down of what was never set up
    }
    Outcome outcome;
    outcome.verdict = Verdict::blocked;
    outcome.cause = Cause::dependency;
    outcome.detail = why;
    ++result_.failed;
    tell(event::TestFinished{.test = test_of(entry),
                             .outcome = std::make_shared<const Outcome>(std::move(outcome)),
                             .round = round_of(entry)});
    ended_for_good(*test_of(entry));
}

/// What only it still needed may go.
void Engine::ended_for_good(const TestSpec& test)
{
    for (const std::size_t setup : setups_->ended(test)) {
        for (LiveAttempt* held : all_that([&](const Running& r) { return r.told && occurrences_[r.entry].test == setup; })) {
            held->let_go();
        }
    }
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

} // namespace hutch::run

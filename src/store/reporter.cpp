#include "store/reporter.h"

#include <fmt/format.h>

namespace hutch::store {

namespace {

/// The store knows no rounds: those of --repeat and --stress are further attempts.
int attempt_of(int attempt, int round)
{
    constexpr int most_attempts = 101; // --retries 100
    return attempt + (round - 1) * most_attempts;
}

} // namespace

StoreReporter::StoreReporter(Store& store, RunFacts facts, FileOf file_of, std::optional<RunKey> resumed)
    : store_(store), facts_(std::move(facts)), file_of_(std::move(file_of)), key_(resumed)
{}

Result<void> StoreReporter::on(const Event& event)
{
    if (!key_ && !std::holds_alternative<event::RunStarted>(event)) {
        return {}; // notices of the opening; or the run could not be begun, which was said
    }
    return std::visit([this](const auto& value) { return tell(value); }, event);
}

Result<void> StoreReporter::on_quiet()
{
    auto settled = store_.settle_started();
    return settled ? store_.flush_if_due() : settled;
}

Result<void> StoreReporter::tell(const event::RunStarted& started)
{
    if (key_) {
        return {};
    }
    facts_.run_id = started.run_id;
    facts_.rung = started.rung;
    facts_.tests = started.tests;
    facts_.workers = started.workers;
    auto key = store_.begin_run(facts_);
    if (!key) {
        return std::unexpected(std::move(key.error()));
    }
    key_ = *key;
    return {};
}

Result<void> StoreReporter::tell(const event::TestStarted& started)
{
    if (started.test->role != Role::test) {
        return {};
    }
    return store_.started(*key_, name_of_ ? name_of_(started.test->name) : started.test->name, attempt_of(started.attempt, started.round));
}

Result<void> StoreReporter::tell(const event::TestFinished& finished)
{
    const std::string name = name_of_ ? name_of_(finished.test->name) : finished.test->name;
    if (finished.test->role != Role::test || (finished.round > 1 && failed_.contains(name))) {
        return {}; // a round in which it failed is what is known of it
    }
    if (finished.final && !is_success(finished.outcome->verdict)) {
        failed_.insert(name);
    }
    const auto file = file_of_ ? file_of_(*finished.test) : std::nullopt;
    return store_.record(*key_, {.test = name,
                                 .outcome = *finished.outcome,
                                 .attempt = attempt_of(finished.attempt, finished.round),
                                 .cases = finished.outcome->cases.get(),
                                 .file = file ? &*file : nullptr,
                                 .counts = finished.final});
}

Result<void> StoreReporter::tell(const event::RunFinished& finished)
{
    Ending ending;
    if (finished.signal != 0) {
        ending.signal = finished.signal;
        ending.why = fmt::format("signal {}", finished.signal);
    } else if (finished.not_run > 0) {
        ending.why = fmt::format("{} tests were not run", finished.not_run);
    }
    ending.state = ending.why.empty() ? RunState::finished : RunState::stopped;
    return store_.end_run(*key_, ending);
}

} // namespace hutch::store

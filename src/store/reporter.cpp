#include "store/reporter.h"

#include <fmt/format.h>

namespace hutch::store {

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
    return store_.started(*key_, started.test->name, started.attempt);
}

Result<void> StoreReporter::tell(const event::TestFinished& finished)
{
    const auto file = file_of_ ? file_of_(*finished.test) : std::nullopt;
    return store_.record(
        *key_, {.test = finished.test->name, .outcome = *finished.outcome, .attempt = finished.attempt, .file = file ? &*file : nullptr});
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

// The store as a subscriber of a run's events. To be the first of the reporters: what it was told is in the file before the others show
// it. Knows nothing that the events do not say but what it was made with.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

#include "hutch/reporter.h"
#include "store/store.h"

namespace hutch::store {

class StoreReporter final : public Reporter {
  public:
    /// What the test's file is now; unset where there is none. Asked for once a test, when it has ended: tell what discovery saw.
    using FileOf = std::function<std::optional<FileFacts>(const TestSpec&)>;

    /// `facts`: what RunStarted does not say; its run_id, rung, tests and workers are the event's. `resumed`: of which run this is another
    /// leg, already begun by Store::resume_run(). `store` has to live longer.
    StoreReporter(Store& store, RunFacts facts, FileOf file_of = {}, std::optional<RunKey> resumed = {});
    /// Under which name a test is kept; its own, if this is not said.
    void name_by(std::function<std::string(const std::string&)> name_of) { name_of_ = std::move(name_of); }

    /// RunFinished ends the run as finished, or as stopped where tests were not run. Whoever knows more (the exit code, why) calls
    /// Store::end_run(*key(), …) once more.
    Result<void> on(const Event& event) override;
    /// Starts are put on record, and what was recorded on the disk.
    Result<void> on_quiet() override;

    /// Unset before RunStarted.
    const std::optional<RunKey>& key() const { return key_; }

  private:
    Result<void> tell(const event::RunStarted& started);
    Result<void> tell(const event::TestStarted& started);
    Result<void> tell(const event::TestFinished& finished);
    Result<void> tell(const event::RunFinished& finished);
    Result<void> tell(const event::Notice&) { return {}; }

    Store& store_;
    RunFacts facts_;
    FileOf file_of_;
    std::function<std::string(const std::string&)> name_of_;
    std::optional<RunKey> key_;
    std::unordered_set<std::string> failed_; ///< tests that failed in a round
};

} // namespace hutch::store

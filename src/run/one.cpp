// `hutch exec`: the engine's smaller sibling. One command, its streams passed through, no queue and no reporter.

#include <csignal>
#include <utility>

#include "plan/environment.h"
#include "plan/sandbox.h"
#include "run/engine.h"
#include "run/judge.h"
#include "run/keep_changes.h"

namespace hutch::run {

namespace {

class Single {
  public:
    Single(EngineDeps deps, const RunOptions& options) : deps_(std::move(deps)), options_(options) {}

    Result<OneResult> run(const TestPtr& test, spawn::Streams streams)
    {
        auto interrupts =
            Interrupts::watch(deps_.loop, {.end = [this](int signal, bool again) { interrupted(signal, again); },
                                           .suspend = [this] { suspend(); }});
        if (!interrupts) {
            return std::unexpected(interrupts.error());
        }
        TempDirs temp_dirs(deps_.temp_root, deps_.run_id);
        const bool needs_dir = test->sandbox && test->sandbox->attempt_dir;
        const auto temp_dir = needs_dir ? temp_dirs.take() : Result<std::string>(std::string());
        if (!temp_dir) {
            return std::unexpected(temp_dir.error());
        }
        Job job{.test = test,
                .scope_name = "t-1",
                .env = plan::attempt_environment(*test, {.attempt = 1, .temp_dir = *temp_dir}),
                .attempt_dir = *temp_dir,
                .streams = streams,
                .new_session = false};
        const World world{deps_.loop, deps_.manager, deps_.init, options_, deps_.cpus};
        LiveAttempt attempt(world, std::move(job), nullptr, [this](LiveAttempt&) { deps_.loop.stop(); });
        attempt_ = &attempt;
        auto kick = deps_.loop.soon([&attempt] { attempt.start(); });
        if (!kick) {
            return std::unexpected(kick.error());
        }
        if (auto looped = deps_.loop.run(); !looped) {
            deps_.manager.kill_all();
            return std::unexpected(looped.error());
        }
        std::string trouble = attempt.trouble();
        if (needs_dir && attempt.evidence().unkillable.empty()) {
            const auto kept = keeps_changes(*test) ? keep_changes(*test, 1, *temp_dir) : Result<void>();
            trouble += kept ? "" : (trouble.empty() ? "" : "; ") + kept.error().message;
            (void)temp_dirs.give_back(*temp_dir);
        }
        const Rules rules{.exit = test->exit, .leak = options_.leak};
        return OneResult{.outcome = judge(attempt.evidence(), rules),
                         .start_errno = attempt.start_errno(),
                         .signal = signal_,
                         .trouble = std::move(trouble)};
    }

  private:
    void interrupted(int signal, bool again)
    {
        signal_ = signal_ != 0 ? signal_ : signal;
        if (again) {
            return attempt_->stop(StopReason::cancelled, true);
        }
        // The terminal has sent SIGINT to the command as well: it shares our process group. It may want to live on.
        if (signal != SIGINT) {
            attempt_->stop(StopReason::cancelled, false);
        }
    }

    void suspend()
    {
        attempt_->pause_clocks();
        (void)deps_.manager.freeze_all(true); // the command got SIGTSTP itself; this is for what it started
        Interrupts::stop_this_process();
        (void)deps_.manager.freeze_all(false);
        attempt_->resume_clocks();
    }

    EngineDeps deps_;
    const RunOptions& options_;
    LiveAttempt* attempt_ = nullptr;
    int signal_ = 0;
};

} // namespace

Result<OneResult> run_one(EngineDeps deps, const RunOptions& options, const TestPtr& test, spawn::Streams streams)
{
    return Single(std::move(deps), options).run(test, streams);
}

} // namespace hutch::run

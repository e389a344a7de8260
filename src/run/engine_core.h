// The engine's class, shared by its three files: engine.cpp starts what may start, engine_end.cpp takes in what has ended,
// engine_stop.cpp ends the run before its time. Internal to run/; engine.h is the door.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "run/clocks.h"
#include "run/engine.h"
#include "run/network_pool.h"
#include "run/setups.h"
#include "schedule/agenda.h"

namespace hutch::run {

class Engine {
  public:
    Engine(EngineDeps deps, const RunOptions& options, Work work)
        : deps_(std::move(deps)), options_(options), work_(std::move(work)), temp_dirs_(deps_.temp_root, deps_.run_id), networks_(deps_.init)
    {
        begin_rounds(1);
    }

    Result<RunResult> run();

  private:
    struct Running {
        std::unique_ptr<LiveAttempt> attempt;
        std::size_t entry = 0;
        std::string temp_dir;
        base::UniqueFd network;           ///< from the pool
        std::vector<schedule::Slot> slots; ///< until they were given back; none yet: prepared, and waits for them
        bool told = false;                ///< a set-up that is ready: its result is known
    };

    void begin_rounds(int first);
    std::size_t count_tests() const;
    void fill();
    void hand_on();
    bool take_slots(std::size_t count, std::vector<schedule::Slot>& slots);
    void wait_for_slots();
    void give_back(std::vector<schedule::Slot>& slots);
    void prepare_next();
    Running* prepare(const schedule::Turn& turn);
    Job job_for(const schedule::Turn& turn, const std::string& temp_dir);
    base::UniqueFd network_for(const TestSpec& test);
    bool begin(const schedule::Turn& turn, std::vector<schedule::Slot> slots);
    void start(Running& prepared, std::vector<schedule::Slot> slots);
    void forgo(const schedule::Turn& turn, const Foregone& foregone);
    Running* find(const LiveAttempt& attempt);
    Running* find_prepared(const schedule::Turn& turn);
    void vacated(LiveAttempt& attempt);
    void ready(LiveAttempt& attempt);
    void ended(LiveAttempt& attempt);
    void conclude(Running& running);
    Outcome judged(LiveAttempt& attempt) const;
    void settle(std::size_t entry, int attempt, Outcome outcome, const CapturedOutput* output);
    void tell_blocked(std::size_t entry, const std::string& why);
    void ended_for_good(const TestSpec& test);
    void clear_away(Running& running);
    void tell(const Event& event);
    void interrupted(int signal, bool again);
    void end_early(bool at_once);
    void cancel_rest();
    void let_setups_go();
    void suspend();
    void wait_for_time();
    void watch_for_stall();
    void soon_quiet();
    void quiet();
    bool begins_another_round() const;

    const TestPtr& test_of(std::size_t entry) const { return work_.tests[occurrences_[entry].test]; }
    int round_of(std::size_t entry) const { return first_round_ + occurrences_[entry].round - 1; }
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
    Work work_;
    std::vector<Occurrence> occurrences_;
    std::optional<schedule::Agenda> agenda_;
    std::optional<Setups> setups_;
    std::vector<bool> failed_before_; ///< by entry: an earlier attempt did
    int first_round_ = 1;
    Microseconds begun_{0};
    TempDirs temp_dirs_;
    NetworkPool networks_;
    base::UniqueFd null_;
    std::vector<Running> running_;
    std::vector<std::unique_ptr<LiveAttempt>>
        retired_; ///< ended; destroyed when the next one ends: no handler of theirs is on the stack then
    PausableTimer delay_, stall_, quiet_;
    sd::Source next_fill_, slots_come_;
    std::size_t serial_ = 0;
    bool filling_ = false;
    bool quiet_is_soon_ = false;
    RunResult result_;
    std::optional<Error> error_;
};

} // namespace hutch::run

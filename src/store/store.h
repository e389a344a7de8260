// The store: journal, checkpoint and history of a project's runs in one SQLite file. Responsible for keeping what it was told
// when the call returns, whatever then becomes of the process (docs/store.md), and for the questions that are asked of it. Never
// prints, never throws, never looks at processes by itself, and never follows a symbolic link in place of its file.
//
// One thread at a time; any number of processes and of Stores in one process may have the same file open. An Error with the code
// EUCLEAN says that the file is damaged: the next open() sets it aside and begins a new one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hutch/error.h"
#include "store/values.h"

namespace hutch::store {

class Connection;
struct Opened;

struct OpenOptions {
    std::string boot_id = {};               ///< of this boot; a run left by another one is a reason to check the file
    Milliseconds busy_timeout{10'000};      ///< how long another process is waited for
    Microseconds sync_interval{1'000'000};  ///< at most this is lost with the machine's power; 0: nothing, at the cost of an fsync a test
    std::function<Microseconds()> now = {}; ///< wall clock since the epoch; empty: CLOCK_REALTIME
};

class Store {
  public:
    /// Makes directory and file if need be, brings an older file up to date, and sets a damaged one aside. A file of a newer
    /// version, a symbolic link, another program's database, and what the machine refuses are Errors; nothing is touched then.
    static Result<Opened> open(const StorePlace& place, const OpenOptions& options = {});
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    // -- recording (record.cpp)

    Result<RunKey> begin_run(const RunFacts& facts);
    /// The same run once more. Error if its last process is alive, or if it is finished or abandoned.
    Result<RunKey> resume_run(std::int64_t run, const RunFacts& facts, const IsAlive& is_alive);
    /// It is in flight from now on; on record with the next result, or with settle_started(), so that a start costs no commit of its own.
    Result<void> started(const RunKey& key, std::string_view test, int attempt);
    /// What was started is on record when this returns.
    Result<void> settle_started();
    /// When it returns, the result survives the end of this process. A second result that counts, of the same attempt in the same
    /// run, is an Error.
    Result<void> record(const RunKey& key, const Recording& recording);
    /// May be told again, with more: the last word counts.
    Result<void> end_run(const RunKey& key, const Ending& ending);
    /// To the disk, now or if sync_interval has passed since the last time. For the runner's timer: record() does it only when it
    /// is called.
    Result<void> flush();
    Result<void> flush_if_due();

    // -- selection and scheduling (selection.cpp)

    Result<std::unordered_map<std::string, Last>> last_of_each();
    Result<std::vector<Quarantined>> quarantined();
    /// Out of quarantine: a user asked for them.
    Result<void> release(const std::vector<std::string>& tests);

    // -- resume (resume.cpp)

    /// Runs whose process is gone without a word are marked: killed, to be resumed. What was in flight is counted against it, once.
    /// To be called before anything else is asked. The numbers of those that were marked.
    Result<std::vector<std::int64_t>> settle(const IsAlive& is_alive);
    /// The last run that is stopped. A running one is none; settle() first.
    Result<std::optional<Unfinished>> last_unfinished();
    Result<std::unordered_map<std::string, Completed>> completed(std::int64_t run);
    /// Takes back what a run has of these tests, so that they can be run again in it (changed files).
    Result<void> take_back(std::int64_t run, const std::vector<std::string>& tests);
    /// It is not to be resumed any more.
    Result<void> abandon(std::int64_t run);

    // -- history (history.cpp, top.cpp)

    Result<std::vector<RunRow>> runs(std::size_t most = 100); ///< the newest first
    /// By number ("12"), by run_id of any of its legs, or "last". Unknown: a usage error.
    Result<RunRow> find_run(std::string_view text);
    /// In the order in which they started; all attempts. `test` empty: all tests.
    Result<std::vector<ResultRow>> results_of(std::int64_t run, std::string_view test = {});
    Result<std::vector<std::string>> in_flight(std::int64_t run);                                  ///< of its last leg
    Result<std::vector<ResultRow>> history_of(std::string_view test, std::size_t most_runs = 100); ///< the newest run first
    /// The worst first, of one run or over all.
    Result<std::vector<TopRow>> top(By by, std::size_t most, std::optional<std::int64_t> run = {});
    Result<std::vector<Needed>> needed();

    // -- retention (prune.cpp)

    /// The oldest runs go until both holds; running ones never. Tests that are in none of the kept runs are forgotten, unless a run is
    /// going on.
    Result<Pruned> prune(const Keep& keep);
    /// Gives free pages back to the file system. Writes the whole file anew: seconds for gigabytes.
    Result<void> compact();

  private:
    explicit Store(std::unique_ptr<Connection> connection);
    struct InFlight {
        RunKey key;
        std::string test;
        int attempt = 1;
        Microseconds at{0};
    };
    void write_started();

    std::unique_ptr<Connection> connection_;
    std::vector<InFlight> started_; ///< not on record yet
};

struct Opened {
    Store store;
    std::vector<std::string> notices; ///< what a user should know: a damaged file was set aside; a network file system
};

} // namespace hutch::store

// What goes into the store and what comes out of it, as values. Names of verdicts, causes and states are text: a store that another
// version wrote may have names that this one does not know, and they are told as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/cases.h"
#include "hutch/outcome.h"
#include "hutch/units.h"

namespace hutch::store {

/// The state directory: `.hutch` in the project, or HUTCH_STATE_DIR.
struct StorePlace {
    std::string directory;
};

/// The process that works on a run, told apart from later ones with its number. An empty boot_id: not known.
struct Owner {
    std::string boot_id;
    int pid = 0;
    std::uint64_t start_time = 0; ///< /proc/PID/stat, field 22
    bool operator==(const Owner&) const = default;
};
/// Whether that process still lives. What cannot be found out counts as alive.
using IsAlive = std::function<bool(const Owner&)>;

/// A test file as it was when its test was run (K-6).
struct FileFacts {
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::string digest = {}; ///< of the content, any bytes; "": not taken
    bool operator==(const FileFacts&) const = default;
};

/// What is known when a process begins to work on a run.
struct RunFacts {
    std::string run_id; ///< HUTCH_RUN_ID
    std::vector<std::string> argv = {};
    std::string cwd = {};
    std::string environment = {}; ///< a digest of what matters in it; compared, never interpreted
    std::string rung = {};
    std::size_t workers = 0;
    std::size_t tests = 0; ///< selected
    Owner owner = {};
};

/// A run that is being worked on: what started(), record() and end_run() are told.
struct RunKey {
    std::int64_t run = 0;    ///< its number in this store, never given to another one
    std::int64_t leg = 0;    ///< 1 is the first process that worked on it; each resume is one more
    Microseconds started{0}; ///< wall clock, since the epoch
    bool operator==(const RunKey&) const = default;
};

/// One attempt that has ended. What it points to has to live until record() returns.
struct Recording {
    std::string_view test;
    const Outcome& outcome;
    int attempt = 1;
    const CaseReport* cases = nullptr;
    std::string_view reason = {}; ///< "": outcome.detail, else what the cases' report complains of
    const FileFacts* file = nullptr;
    bool counts = true; ///< false: another attempt follows. A cancelled one never counts.
};

inline constexpr std::size_t longest_reason = 2048; ///< bytes kept of it

enum class RunState {
    running,   ///< a process works on it, or was killed and nobody has looked yet
    finished,  ///< nothing is left to be done
    stopped,   ///< to be resumed
    abandoned, ///< not finished, and not to be resumed
};
std::string_view to_string(RunState state);

/// How a process left a run.
struct Ending {
    RunState state = RunState::finished; ///< finished, stopped or abandoned
    std::optional<int> exit_code = {};
    std::string why = {}; ///< of a run that was stopped, in words
    std::optional<int> signal = {};
};

/// What the scheduler may expect of a test: medians of its last five passes.
struct Expected {
    Microseconds duration{0};
    std::optional<Bytes> memory_peak;
    std::size_t passes = 0; ///< 1 to 5
    bool operator==(const Expected&) const = default;
};

/// The last that is known of a test, whichever run it was in.
struct Last {
    std::string verdict = {}; ///< "": none yet, it was in flight whenever its runner was killed. Never "cancelled".
    std::string cause = {};
    Microseconds at{0}; ///< wall clock, end of the attempt
    std::optional<Expected> expected = {};
    unsigned unplanned_ends = 0; ///< in a row, with it in flight
};

/// From so many unplanned ends in a row on, a test is in quarantine (K-5).
inline constexpr unsigned quarantine_after = 2;

/// Part of a run: what one process did of it.
struct LegRow {
    std::int64_t leg = 0;
    std::string run_id;
    Microseconds started_at{0};
    std::optional<Microseconds> ended_at; ///< of a killed one, the end of the last test it recorded
    std::string state;                    ///< "running", "ended", "killed"
    std::vector<std::string> argv;
    std::string environment, rung;
    std::size_t workers = 0, tests = 0;
    std::optional<int> exit_code, signal;
    std::string why;
    Owner owner;
};

struct RunRow {
    std::int64_t run = 0;
    std::string run_id; ///< of its first leg
    std::string state;  ///< as to_string(RunState)
    std::string cwd;
    Microseconds started_at{0};
    std::vector<LegRow> legs;                    ///< at least one; the last one's figures are the run's
    std::map<std::string, std::size_t> verdicts; ///< of the attempts that count

    const LegRow& last() const { return legs.back(); }
    std::size_t completed() const;
};

struct CaseCounts {
    std::size_t passed = 0, failed = 0, skipped = 0, planned = 0;
    bool operator==(const CaseCounts&) const = default;
};

/// An attempt as it was recorded. Unset is "not known", which is not zero.
struct ResultRow {
    std::int64_t run = 0, leg = 0;
    std::string test;
    int attempt = 1;
    bool counts = true;
    std::string verdict, cause;
    std::optional<int> exit_code, signal;
    Microseconds started_at{0}; ///< wall clock
    Microseconds duration{0};
    std::optional<std::uint64_t> memory_peak, cpu_usec, io_read_bytes, io_write_bytes, pids_peak;
    std::uint64_t leaked = 0;
    std::optional<CaseCounts> cases;
    std::optional<FileFacts> file;
    std::string reason;
};

/// A run that can be resumed.
struct Unfinished {
    RunRow run;
    std::vector<std::string> in_flight; ///< when its last process ended: to be run again
};

/// A test that a run need not run again.
struct Completed {
    std::string verdict;
    std::optional<FileFacts> file; ///< compare with what it is now
};

struct Quarantined {
    std::string test;
    unsigned unplanned_ends = 0;
};

enum class By { memory, cpu, io, time, flaky, leaks };
std::string_view to_string(By by);
std::optional<By> by_named(std::string_view name);

struct TopRow {
    std::string test;
    std::uint64_t worst = 0; ///< bytes, µs, bytes, µs; how often it changed its mind; processes
    std::int64_t run = 0;    ///< where the worst was; of flaky the last run with it
    double mean = 0;         ///< over its attempts (flaky: of all its verdicts, which part)
    std::size_t attempts = 0;
};

/// What all passes that are kept support as limits: the most that a test needed and passed.
struct Needed {
    std::string test;
    std::size_t passes = 0;
    Microseconds duration{0};
    std::optional<std::uint64_t> memory_peak, cpu_usec, pids_peak, io_bytes;
};

struct Keep {
    std::size_t runs = 100;
    Microseconds age = std::chrono::days(30);
};
struct Pruned {
    std::size_t runs = 0, results = 0, tests = 0;
};

} // namespace hutch::store

#include "store/schema.h"

#include <array>

namespace hutch::store {

namespace {

// 100 runs of 100,000 tests are the size to think of: results are clustered by (run, test, attempt) and have no other index, since a
// run's rows are read together, and one test's history is one seek for each run. Names and words are numbers there. Times are
// microseconds; results.started_at counts from runs.started_at. `latest` answers what is asked at every start, so that it does not
// grow with the history.
constexpr const char* first_tables = R"sql(
CREATE TABLE runs(
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, also after pruning
    run_id TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL,
    cwd TEXT NOT NULL,
    tests INTEGER NOT NULL,
    state TEXT NOT NULL
);
CREATE TABLE legs(
    run INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    state TEXT NOT NULL,
    environment TEXT NOT NULL,
    rung TEXT NOT NULL,
    workers INTEGER NOT NULL,
    tests INTEGER NOT NULL,
    exit_code INTEGER,
    why TEXT NOT NULL DEFAULT '',
    signal INTEGER,
    boot_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_start INTEGER NOT NULL,
    PRIMARY KEY(run, leg)
) WITHOUT ROWID;
CREATE TABLE arguments(
    run INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    place INTEGER NOT NULL,
    argument TEXT NOT NULL,
    PRIMARY KEY(run, leg, place)
) WITHOUT ROWID;
CREATE TABLE tests(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE words( -- verdicts and causes
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);
CREATE TABLE files( -- what test files were when they were run
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    digest BLOB NOT NULL,
    UNIQUE(size, mtime_ns, digest)
);
CREATE TABLE results(
    run INTEGER NOT NULL,
    test INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    exit_code INTEGER,
    signal INTEGER,
    started_at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    memory_peak INTEGER,
    cpu_usec INTEGER,
    io_read INTEGER,
    io_write INTEGER,
    pids_peak INTEGER,
    leaked INTEGER NOT NULL,
    cases_passed INTEGER,
    cases_failed INTEGER,
    cases_skipped INTEGER,
    cases_planned INTEGER,
    file INTEGER,
    reason TEXT,
    PRIMARY KEY(run, test, attempt)
) WITHOUT ROWID;
CREATE TABLE in_flight(
    run INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    test INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    PRIMARY KEY(run, leg, test)
) WITHOUT ROWID;
CREATE TABLE latest(
    test INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,     -- the newest that had anything to do with it
    verdict INTEGER,          -- NULL: none yet
    cause INTEGER,
    at INTEGER NOT NULL,
    passes TEXT NOT NULL,     -- the last five, the newest first: "DURATION/MEMORY_PEAK ..."
    unplanned_ends INTEGER NOT NULL DEFAULT 0
);
)sql";

// `hutch runs` would have to read all results of all runs to say how they went: a run's verdicts are counted once, when it ends.
// The view is for people with sqlite3; hutch does not use it.
constexpr const char* tallies = R"sql(
CREATE TABLE tallies(
    run INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    tests INTEGER NOT NULL,
    PRIMARY KEY(run, verdict)
) WITHOUT ROWID;
INSERT INTO tallies
    SELECT run, verdict, count(*) FROM results
    WHERE counts AND run IN (SELECT id FROM runs WHERE state <> 'running') GROUP BY run, verdict;
CREATE VIEW readable AS
    SELECT runs.run_id AS run, tests.name AS test, attempt, counts, v.word AS verdict, c.word AS cause, exit_code, signal,
        datetime((runs.started_at + results.started_at) / 1000000, 'unixepoch') AS started,
        duration / 1000.0 AS duration_ms, memory_peak, cpu_usec, io_read, io_write, pids_peak, leaked,
        cases_passed, cases_failed, cases_skipped, cases_planned, reason
    FROM results JOIN runs ON runs.id = results.run JOIN tests ON tests.id = results.test
        JOIN words v ON v.id = verdict JOIN words c ON c.id = cause;
)sql";

constexpr std::array<const char*, 2> steps = {first_tables, tallies};

} // namespace

std::span<const char* const> schema_steps()
{
    return steps;
}

} // namespace hutch::store

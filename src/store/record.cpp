// The journal: a run begins, tests start and end, the run ends. Each call is one transaction; one call for each start and one for each
// end of a test is what a run pays.
#include <fmt/format.h>

#include "store/connection.h"
#include "store/passes.h"
#include "store/rows.h"
#include "store/store.h"

namespace hutch::store {

namespace {

constexpr const char* insert_result = R"sql(
INSERT INTO results(run, test, attempt, leg, counts, verdict, cause, exit_code, signal, started_at, duration, memory_peak, cpu_usec,
    io_read, io_write, pids_peak, leaked, cases_passed, cases_failed, cases_skipped, cases_planned, file, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
)sql";

constexpr const char* update_latest = R"sql(
INSERT INTO latest(test, run, verdict, cause, at, passes) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(test) DO UPDATE SET run = max(run, excluded.run), verdict = excluded.verdict, cause = excluded.cause, at = excluded.at,
    passes = excluded.passes, unplanned_ends = 0
)sql";

std::string_view reason_of(const Recording& recording)
{
    if (!recording.reason.empty()) {
        return recording.reason;
    }
    if (!recording.outcome.detail.empty() || recording.cases == nullptr) {
        return recording.outcome.detail;
    }
    return recording.cases->complaint.empty() ? recording.cases->skip_reason : recording.cases->complaint;
}

std::optional<std::int64_t> file_number(Connection& connection, const FileFacts* file)
{
    if (file == nullptr) {
        return std::nullopt;
    }
    {
        Query query(connection.kept("SELECT id FROM files WHERE size = ? AND mtime_ns = ? AND digest = ?"));
        if (query.bind(file->size, file->mtime_ns, file->digest).step()) {
            return query.number(0);
        }
    }
    connection.run("INSERT INTO files(size, mtime_ns, digest) VALUES (?, ?, ?)", file->size, file->mtime_ns, file->digest);
    return connection.database().getLastInsertRowid();
}

void add_result(Connection& connection, const RunKey& key, const Recording& recording, std::int64_t test, bool counts)
{
    const Outcome& outcome = recording.outcome;
    const Usage& usage = outcome.usage;
    const CaseReport* cases = recording.cases;
    const auto cases_that = [cases](std::size_t CaseReport::*verdict) {
        return cases == nullptr || cases->total() == 0 ? std::nullopt : std::optional<std::size_t>(cases->*verdict);
    };
    const std::string_view reason = cut_text(reason_of(recording), longest_reason);
    // One that did not count was cancelled in an earlier leg, or killed to be run later: this is its second try.
    connection.run("DELETE FROM results WHERE run = ? AND test = ? AND attempt = ? AND NOT counts", key.run, test, recording.attempt);
    if (recording.attempt > 1) {
        connection.run("UPDATE results SET counts = 0 WHERE run = ? AND test = ? AND attempt < ?", key.run, test, recording.attempt);
    }
    connection.run(insert_result, key.run, test, recording.attempt, key.leg, counts, connection.word(to_string(outcome.verdict)),
                   connection.word(to_string(outcome.cause)), outcome.exit_code, outcome.signal,
                   connection.now() - key.started - outcome.duration, outcome.duration, usage.memory_peak, usage.cpu_usec,
                   usage.io_read_bytes, usage.io_write_bytes, usage.pids_peak, outcome.leaked_count, cases_that(&CaseReport::passed),
                   cases_that(&CaseReport::failed), cases_that(&CaseReport::skipped), cases_that(&CaseReport::planned),
                   file_number(connection, recording.file), reason.empty() ? std::nullopt : std::optional(reason));
}

std::string passes_so_far(Connection& connection, std::int64_t test)
{
    Query query(connection.kept("SELECT passes FROM latest WHERE test = ?"));
    return query.bind(test).step() ? query.text(0) : std::string();
}

void note_latest(Connection& connection, const RunKey& key, const Recording& recording, std::int64_t test)
{
    const Outcome& outcome = recording.outcome;
    std::string passes = passes_so_far(connection, test);
    if (outcome.verdict == Verdict::pass || outcome.verdict == Verdict::flaky) {
        passes = with_pass(passes, outcome.duration, outcome.usage.memory_peak);
    }
    connection.run(update_latest, test, key.run, connection.word(to_string(outcome.verdict)), connection.word(to_string(outcome.cause)),
                   connection.now(), passes);
}

/// Error: the run is not there (pruned by hand), or another process took it over.
Result<void> still_ours(Connection& connection, const RunKey& key)
{
    Query query(connection.kept("SELECT max(leg) FROM legs WHERE run = ?"));
    query.bind(key.run).step();
    if (query.null(0) || query.number(0) != key.leg) {
        return plain_error(fmt::format("run {} is not this process's any more: {}", key.run,
                                       query.null(0) ? "it was removed from the store" : "another one resumed it"));
    }
    return {};
}

} // namespace

Result<RunKey> Store::begin_run(const RunFacts& facts)
{
    Connection& connection = *connection_;
    return connection.guarded({"begin run", facts.run_id}, [&]() -> Result<RunKey> {
        const Microseconds now = connection.now();
        Writing writing(connection);
        connection.run("INSERT INTO runs(run_id, started_at, cwd, tests, state) VALUES (?, ?, ?, ?, 'running')", facts.run_id, now,
                       facts.cwd, facts.tests);
        const RunKey key{.run = connection.database().getLastInsertRowid(), .leg = 1, .started = now};
        add_leg(connection, key, facts, now);
        writing.commit();
        return if_done(connection.committed(), key);
    });
}

Result<void> Store::started(const RunKey& key, std::string_view test, int attempt)
{
    started_.push_back({key, std::string(test), attempt, connection_->now()});
    return {};
}

Result<void> Store::settle_started()
{
    if (started_.empty()) {
        return {};
    }
    Connection& connection = *connection_;
    return connection.guarded({"record the start of", started_.front().test}, [&]() -> Result<void> {
        Writing writing(connection);
        write_started();
        writing.commit();
        started_.clear();
        return connection.committed();
    });
}

/// Within a transaction.
void Store::write_started()
{
    static constexpr const char* insert = "INSERT OR REPLACE INTO in_flight(run, leg, test, attempt, started_at) VALUES (?, ?, ?, ?, ?)";
    for (const InFlight& each : started_) {
        connection_->run(insert, each.key.run, each.key.leg, test_number(*connection_, each.test), each.attempt, each.at);
    }
}

Result<void> Store::record(const RunKey& key, const Recording& recording)
{
    Connection& connection = *connection_;
    const bool counts = recording.counts && recording.outcome.verdict != Verdict::cancelled;
    return connection.guarded({"record", recording.test}, [&]() -> Result<void> {
        Writing writing(connection);
        if (auto ours = still_ours(connection, key); !ours) {
            return ours;
        }
        const std::int64_t test = test_number(connection, recording.test);
        add_result(connection, key, recording, test, counts);
        if (counts) {
            note_latest(connection, key, recording, test);
        }
        // Most tests end before their start was on record: then it never is.
        const auto is_this = [&](const InFlight& each) { return each.test == recording.test && each.key == key; };
        if (std::erase_if(started_, is_this) == 0) {
            connection.run("DELETE FROM in_flight WHERE run = ? AND leg = ? AND test = ?", key.run, key.leg, test);
        }
        write_started();
        writing.commit();
        started_.clear();
        return connection.committed();
    });
}

Result<void> Store::end_run(const RunKey& key, const Ending& ending)
{
    static constexpr const char* end_leg =
        "UPDATE legs SET state = 'ended', ended_at = ?, exit_code = ?, why = ?, signal = ? WHERE run = ? AND leg = ?";
    Connection& connection = *connection_;
    return connection.guarded({"end run", std::to_string(key.run)}, [&]() -> Result<void> {
        Writing writing(connection);
        if (auto ours = still_ours(connection, key); !ours) {
            return ours;
        }
        connection.run(end_leg, connection.now(), ending.exit_code, ending.why, ending.signal, key.run, key.leg);
        connection.run("UPDATE runs SET state = ? WHERE id = ?", to_string(ending.state), key.run);
        std::erase_if(started_, [&](const InFlight& each) { return each.key == key; });
        connection.run("DELETE FROM in_flight WHERE run = ? AND leg = ?", key.run, key.leg);
        tally(connection, key.run);
        writing.commit();
        auto done = connection.committed();
        return done ? connection.flush() : done;
    });
}

Result<void> Store::flush()
{
    return connection_->flush();
}

Result<void> Store::flush_if_due()
{
    return connection_->flush_if_due();
}

} // namespace hutch::store

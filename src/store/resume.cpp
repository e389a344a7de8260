// The checkpoint: which runs were left, what is done of them, and taking one up again. Whether a process lives is asked of the caller.
#include <fmt/format.h>

#include "store/connection.h"
#include "store/rows.h"
#include "store/store.h"

namespace hutch::store {

namespace {

struct Leg {
    std::int64_t run = 0, leg = 0;
    Owner owner;
};

/// Legs that nobody ended and whose process does not live.
std::vector<Leg> dead_legs(Connection& connection, const IsAlive& is_alive)
{
    std::vector<Leg> dead;
    Query query(connection.kept("SELECT run, leg, boot_id, pid, pid_start FROM legs WHERE state = 'running'"));
    while (query.step()) {
        Leg leg{.run = query.number(0),
                .leg = query.number(1),
                .owner = {.boot_id = query.text(2), .pid = static_cast<int>(query.number(3)), .start_time = query.unsigned_number(4)}};
        if (!is_alive(leg.owner)) {
            dead.push_back(std::move(leg));
        }
    }
    return dead;
}

void settle_leg(Connection& connection, const Leg& dead)
{
    // The end is not known; the last thing that it did is.
    static constexpr const char* end_leg = R"sql(
UPDATE legs SET state = 'killed', why = 'killed', ended_at = max(started_at, coalesce(
    (SELECT started_at FROM runs WHERE id = ?1) + (SELECT max(started_at + duration) FROM results WHERE run = ?1 AND leg = ?2), 0))
WHERE run = ?1 AND leg = ?2
)sql";
    static constexpr const char* blame = R"sql(
INSERT INTO latest(test, run, at, passes, unplanned_ends) SELECT test, run, started_at, '', 1 FROM in_flight WHERE run = ? AND leg = ?
ON CONFLICT(test) DO UPDATE SET run = max(run, excluded.run), unplanned_ends = unplanned_ends + 1
)sql";
    connection.run(end_leg, dead.run, dead.leg);
    connection.run("UPDATE runs SET state = 'stopped' WHERE id = ? AND state = 'running'", dead.run);
    connection.run(blame, dead.run, dead.leg);
    tally(connection, dead.run);
}

std::vector<std::string> names_in_flight(Connection& connection, std::int64_t run)
{
    static constexpr const char* select = R"sql(
SELECT name FROM in_flight JOIN tests ON tests.id = test
WHERE run = ?1 AND leg = (SELECT max(leg) FROM legs WHERE run = ?1) ORDER BY started_at, name
)sql";
    std::vector<std::string> names;
    Query query(connection.kept(select));
    query.bind(run);
    while (query.step()) {
        names.push_back(query.text(0));
    }
    return names;
}

Result<void> resumable(Connection& connection, const RunRow& row, const IsAlive& is_alive)
{
    const LegRow& last = row.last();
    if (last.state == "running" && is_alive(last.owner)) {
        return plain_error(fmt::format("resume run {}: process {} is at it", row.run, last.owner.pid));
    }
    if (row.state != to_string(RunState::stopped) && row.state != to_string(RunState::running)) {
        return plain_error(fmt::format("resume run {}: it is {}", row.run, row.state));
    }
    if (last.state == "running") {
        settle_leg(connection, {.run = row.run, .leg = last.leg, .owner = last.owner});
    }
    return {};
}

} // namespace

Result<std::vector<std::int64_t>> Store::settle(const IsAlive& is_alive)
{
    using Found = std::vector<std::int64_t>;
    Connection& connection = *connection_;
    return connection.guarded({"look for runs that were killed"}, [&]() -> Result<Found> {
        Found settled;
        if (dead_legs(connection, is_alive).empty()) {
            return settled; // mostly: nothing is locked and nothing written
        }
        Writing writing(connection);
        for (const Leg& dead : dead_legs(connection, is_alive)) { // again: another process may have been faster
            settle_leg(connection, dead);
            settled.push_back(dead.run);
        }
        writing.commit();
        return if_done(connection.committed(), settled);
    });
}

Result<std::optional<Unfinished>> Store::last_unfinished()
{
    using Found = std::optional<Unfinished>;
    Connection& connection = *connection_;
    return connection.guarded({"look for a run to resume"}, [&]() -> Result<Found> {
        std::optional<std::int64_t> run;
        {
            Query query(connection.kept("SELECT max(id) FROM runs WHERE state = 'stopped'"));
            if (query.step() && !query.null(0)) {
                run = query.number(0);
            }
        }
        auto row = run ? read_run(connection, *run) : std::nullopt;
        return row ? Found({.run = std::move(*row), .in_flight = names_in_flight(connection, *run)}) : std::nullopt;
    });
}

Result<std::unordered_map<std::string, Completed>> Store::completed(std::int64_t run)
{
    using Found = std::unordered_map<std::string, Completed>;
    static constexpr const char* select = R"sql(
SELECT name, word, size, mtime_ns, digest
FROM results JOIN tests ON tests.id = test JOIN words ON words.id = verdict LEFT JOIN files ON files.id = file
WHERE run = ? AND counts
)sql";
    Connection& connection = *connection_;
    return connection.guarded({"read what is completed of run", std::to_string(run)}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept(select));
        query.bind(run);
        while (query.step()) {
            found.emplace(query.text(0), Completed{.verdict = query.text(1), .file = read_file_facts(query, 2)});
        }
        return found;
    });
}

Result<RunKey> Store::resume_run(std::int64_t run, const RunFacts& facts, const IsAlive& is_alive)
{
    Connection& connection = *connection_;
    return connection.guarded({"resume run", std::to_string(run)}, [&]() -> Result<RunKey> {
        const Microseconds now = connection.now();
        Writing writing(connection);
        const auto row = read_run(connection, run);
        if (!row) {
            return usage_error(fmt::format("resume run {}: there is none", run), "hutch runs");
        }
        if (auto free = resumable(connection, *row, is_alive); !free) {
            return std::unexpected(std::move(free.error()));
        }
        const RunKey key{.run = run, .leg = row->last().leg + 1, .started = row->started_at};
        add_leg(connection, key, facts, now);
        connection.run("UPDATE runs SET state = 'running', tests = ? WHERE id = ?", facts.tests, run);
        writing.commit();
        return if_done(connection.committed(), key);
    });
}

Result<void> Store::take_back(std::int64_t run, const std::vector<std::string>& tests)
{
    Connection& connection = *connection_;
    return connection.guarded({"take back results of run", std::to_string(run)}, [&]() -> Result<void> {
        Writing writing(connection);
        for (const std::string& test : tests) {
            connection.run("DELETE FROM results WHERE run = ? AND test = (SELECT id FROM tests WHERE name = ?)", run, test);
        }
        tally(connection, run);
        writing.commit();
        return connection.committed();
    });
}

Result<void> Store::abandon(std::int64_t run)
{
    Connection& connection = *connection_;
    return connection.guarded({"abandon run", std::to_string(run)}, [&]() -> Result<void> {
        Writing writing(connection);
        connection.run("UPDATE runs SET state = 'abandoned' WHERE id = ? AND state = 'stopped'", run);
        writing.commit();
        return connection.committed();
    });
}

Result<std::vector<std::string>> Store::in_flight(std::int64_t run)
{
    return connection_->guarded({"read what is in flight of run", std::to_string(run)},
                                [&]() -> Result<std::vector<std::string>> { return names_in_flight(*connection_, run); });
}

} // namespace hutch::store

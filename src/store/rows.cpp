#include "store/rows.h"

namespace hutch::store {

namespace {

constexpr const char* select_legs = R"sql(
SELECT leg, run_id, started_at, ended_at, state, environment, rung, workers, tests, exit_code, why, signal, boot_id, pid, pid_start
FROM legs WHERE run = ? ORDER BY leg
)sql";

std::vector<std::string> read_arguments(Connection& connection, std::int64_t run, std::int64_t leg)
{
    std::vector<std::string> arguments;
    Query query(connection.kept("SELECT argument FROM arguments WHERE run = ? AND leg = ? ORDER BY place"));
    query.bind(run, leg);
    while (query.step()) {
        arguments.push_back(query.text(0));
    }
    return arguments;
}

LegRow read_leg(Connection& connection, std::int64_t run, const Query& query)
{
    return {.leg = query.number(0),
            .run_id = query.text(1),
            .started_at = query.time(2),
            .ended_at = query.null(3) ? std::nullopt : std::optional(query.time(3)),
            .state = query.text(4),
            .argv = read_arguments(connection, run, query.number(0)),
            .environment = query.text(5),
            .rung = query.text(6),
            .workers = query.unsigned_number(7),
            .tests = query.unsigned_number(8),
            .exit_code = query.optional_int(9),
            .signal = query.optional_int(11),
            .why = query.text(10),
            .owner = {.boot_id = query.text(12), .pid = static_cast<int>(query.number(13)), .start_time = query.unsigned_number(14)}};
}

/// Kept counts of a run that has ended; of one that goes on, all is counted.
void read_verdicts(Connection& connection, RunRow& row)
{
    static constexpr const char* kept = "SELECT word, tests FROM tallies JOIN words ON words.id = verdict WHERE run = ?";
    static constexpr const char* counted = R"sql(
SELECT word, n FROM (SELECT verdict, count(*) AS n FROM results WHERE run = ? AND counts GROUP BY verdict) JOIN words ON words.id = verdict
)sql";
    Query query(connection.kept(row.state == to_string(RunState::running) ? counted : kept));
    query.bind(row.run);
    while (query.step()) {
        row.verdicts[query.text(0)] = query.unsigned_number(1);
    }
}

} // namespace

std::optional<std::int64_t> known_test(Connection& connection, std::string_view name)
{
    Query query(connection.kept("SELECT id FROM tests WHERE name = ?"));
    return query.bind(name).step() ? std::optional(query.number(0)) : std::nullopt;
}

std::int64_t test_number(Connection& connection, std::string_view name)
{
    if (const auto known = known_test(connection, name)) {
        return *known;
    }
    connection.run("INSERT INTO tests(name) VALUES (?)", name);
    return connection.database().getLastInsertRowid();
}

void tally(Connection& connection, std::int64_t run)
{
    static constexpr const char* count =
        "INSERT INTO tallies SELECT run, verdict, count(*) FROM results WHERE run = ? AND counts GROUP BY verdict";
    connection.run("DELETE FROM tallies WHERE run = ?", run);
    connection.run(count, run);
}

void add_leg(Connection& connection, const RunKey& key, const RunFacts& facts, Microseconds now)
{
    static constexpr const char* insert = R"sql(
INSERT INTO legs(run, leg, run_id, started_at, state, environment, rung, workers, tests, boot_id, pid, pid_start)
VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)
)sql";
    connection.run(insert, key.run, key.leg, facts.run_id, now, facts.environment, facts.rung, facts.workers, facts.tests,
                   facts.owner.boot_id, facts.owner.pid, facts.owner.start_time);
    for (std::size_t place = 0; place < facts.argv.size(); ++place) {
        connection.run("INSERT INTO arguments VALUES (?, ?, ?, ?)", key.run, key.leg, place, facts.argv[place]);
    }
}

std::optional<RunRow> read_run(Connection& connection, std::int64_t run)
{
    Query query(connection.kept("SELECT run_id, state, cwd, started_at FROM runs WHERE id = ?"));
    if (!query.bind(run).step()) {
        return std::nullopt;
    }
    RunRow row{.run = run,
               .run_id = query.text(0),
               .state = query.text(1),
               .cwd = query.text(2),
               .started_at = query.time(3),
               .legs = {},
               .verdicts = {}};
    Query legs(connection.kept(select_legs));
    legs.bind(run);
    while (legs.step()) {
        row.legs.push_back(read_leg(connection, run, legs));
    }
    read_verdicts(connection, row);
    if (row.legs.empty()) {
        row.legs.emplace_back(); // of a file that somebody else wrote to: last() has to be something
    }
    return row;
}

std::optional<FileFacts> read_file_facts(const Query& query, int size_column)
{
    if (query.null(size_column)) {
        return std::nullopt;
    }
    return FileFacts{
        .size = query.unsigned_number(size_column), .mtime_ns = query.number(size_column + 1), .digest = query.text(size_column + 2)};
}

std::string_view cut_text(std::string_view text, std::size_t most)
{
    if (text.size() <= most) {
        return text;
    }
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

} // namespace hutch::store

// The record for people: runs, one run, one test's history.
#include <fmt/format.h>

#include "base/text.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/store.h"

namespace hutch::store {

namespace {

// CROSS JOIN keeps the order: for each run one seek into results, which have no index by test.
constexpr const char* select_history = R"sql(
SELECT r.run, leg, name, attempt, counts, v.word, c.word, exit_code, signal, runs.started_at + r.started_at, duration, memory_peak,
    cpu_usec, io_read, io_write, pids_peak, leaked, cases_passed, cases_failed, cases_skipped, cases_planned, reason, size, mtime_ns, digest
FROM (SELECT id, started_at FROM runs ORDER BY id DESC LIMIT ?2) runs CROSS JOIN results r ON r.run = runs.id AND r.test = ?1
    JOIN tests ON tests.id = r.test
    LEFT JOIN words v ON v.id = verdict LEFT JOIN words c ON c.id = cause LEFT JOIN files ON files.id = file
ORDER BY r.run DESC, attempt
)sql";

constexpr const char* select_results = R"sql(
SELECT r.run, leg, name, attempt, counts, v.word, c.word, exit_code, signal, runs.started_at + r.started_at, duration, memory_peak,
    cpu_usec, io_read, io_write, pids_peak, leaked, cases_passed, cases_failed, cases_skipped, cases_planned, reason, size, mtime_ns, digest
FROM results r JOIN runs ON runs.id = r.run JOIN tests ON tests.id = r.test
    LEFT JOIN words v ON v.id = verdict LEFT JOIN words c ON c.id = cause LEFT JOIN files ON files.id = file
WHERE r.run = ?1 AND (?2 IS NULL OR r.test = ?2)
ORDER BY r.started_at, name, attempt
)sql";

std::optional<CaseCounts> read_cases(const Query& query, int column)
{
    if (query.null(column)) {
        return std::nullopt;
    }
    return CaseCounts{.passed = query.unsigned_number(column),
                      .failed = query.unsigned_number(column + 1),
                      .skipped = query.unsigned_number(column + 2),
                      .planned = query.unsigned_number(column + 3)};
}

ResultRow read_result(const Query& query)
{
    return {.run = query.number(0),
            .leg = query.number(1),
            .test = query.text(2),
            .attempt = static_cast<int>(query.number(3)),
            .counts = query.number(4) != 0,
            .verdict = query.text(5),
            .cause = query.text(6),
            .exit_code = query.optional_int(7),
            .signal = query.optional_int(8),
            .started_at = query.time(9),
            .duration = query.time(10),
            .memory_peak = query.optional_number(11),
            .cpu_usec = query.optional_number(12),
            .io_read_bytes = query.optional_number(13),
            .io_write_bytes = query.optional_number(14),
            .pids_peak = query.optional_number(15),
            .leaked = query.unsigned_number(16),
            .cases = read_cases(query, 17),
            .file = read_file_facts(query, 22),
            .reason = query.text(21)};
}

std::vector<ResultRow> read_results(Query& query)
{
    std::vector<ResultRow> rows;
    while (query.step()) {
        rows.push_back(read_result(query));
    }
    return rows;
}

std::optional<std::int64_t> first_number(Query& query)
{
    return query.step() && !query.null(0) ? std::optional(query.number(0)) : std::nullopt;
}

std::optional<std::int64_t> run_named(Connection& connection, std::string_view text)
{
    if (text == "last") {
        Query query(connection.kept("SELECT max(id) FROM runs"));
        return first_number(query);
    }
    if (const auto number = base::parse_uint64(text)) {
        Query query(connection.kept("SELECT id FROM runs WHERE id = ?"));
        return first_number(query.bind(*number));
    }
    Query query(connection.kept("SELECT max(run) FROM legs WHERE run_id = ?"));
    return first_number(query.bind(text));
}

} // namespace

Result<std::vector<RunRow>> Store::runs(std::size_t most)
{
    using Found = std::vector<RunRow>;
    Connection& connection = *connection_;
    return connection.guarded({"list the runs"}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept("SELECT id FROM runs ORDER BY id DESC LIMIT ?"));
        query.bind(most);
        while (query.step()) {
            if (auto row = read_run(connection, query.number(0))) {
                found.push_back(std::move(*row));
            }
        }
        return found;
    });
}

Result<RunRow> Store::find_run(std::string_view text)
{
    Connection& connection = *connection_;
    return connection.guarded({"find run", text}, [&]() -> Result<RunRow> {
        const auto number = run_named(connection, text);
        auto row = number ? read_run(connection, *number) : std::nullopt;
        if (!row) {
            return usage_error(text == "last" ? "the store has no run yet" : fmt::format("no run '{}' in the store", text), "hutch runs");
        }
        return std::move(*row);
    });
}

Result<std::vector<ResultRow>> Store::results_of(std::int64_t run, std::string_view test)
{
    using Found = std::vector<ResultRow>;
    Connection& connection = *connection_;
    return connection.guarded({"read the results of run", std::to_string(run)}, [&]() -> Result<Found> {
        const auto number = test.empty() ? std::nullopt : known_test(connection, test);
        if (!test.empty() && !number) {
            return Found{};
        }
        Query query(connection.kept(select_results));
        return read_results(query.bind(run, number));
    });
}

Result<std::vector<ResultRow>> Store::history_of(std::string_view test, std::size_t most_runs)
{
    using Found = std::vector<ResultRow>;
    Connection& connection = *connection_;
    return connection.guarded({"read the history of", test}, [&]() -> Result<Found> {
        const auto number = known_test(connection, test);
        if (!number) {
            return Found{};
        }
        Query query(connection.kept(select_history));
        return read_results(query.bind(*number, most_runs));
    });
}

} // namespace hutch::store

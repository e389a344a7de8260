// The worst tests by one figure, and what limits the history of each supports. Both read all results that are kept: a second for a million.
#include <fmt/format.h>

#include "store/connection.h"
#include "store/store.h"

namespace hutch::store {

namespace {

// With max() in it, a bare column is the one of the row that has it (sqlite.org/lang_select.html#bareagg): `run`.
constexpr std::string_view by_figure = R"sql(
SELECT name, worst, run, mean, attempts FROM (
    SELECT test, max({0}) AS worst, run, avg({0}) AS mean, count({0}) AS attempts FROM results WHERE ?1 IS NULL OR run = ?1 GROUP BY test
) JOIN tests ON tests.id = test
WHERE worst > 0 ORDER BY worst DESC, name LIMIT ?2
)sql";

// A test changed its mind when a repetition in the same run passed after a failure, and when it passes in one run and fails in the next one
// that it was in. What says nothing about it (skipped, blocked, the machine's errors) is left out.
constexpr const char* by_flakiness = R"sql(
WITH said AS (
    SELECT test, run, attempt, word IN ('pass', 'flaky') AS good, word = 'flaky' AS flaky
    FROM results JOIN words ON words.id = verdict
    WHERE counts AND word NOT IN ('skip', 'planned', 'cancelled', 'blocked', 'error') AND (?1 IS NULL OR run = ?1)
), steps AS (
    SELECT test, run, (flaky OR (good AND attempt > 1)) OR good <> lag(good, 1, good) OVER (PARTITION BY test ORDER BY run) AS changed
    FROM said
)
SELECT name, changes, run, 1.0 * changes / verdicts, verdicts FROM (
    SELECT test, sum(changed) AS changes, max(CASE WHEN changed THEN run END) AS run, count(*) AS verdicts FROM steps GROUP BY test
) JOIN tests ON tests.id = test
WHERE changes > 0 ORDER BY changes DESC, 1.0 * changes / verdicts DESC, name LIMIT ?2
)sql";

constexpr const char* select_needed = R"sql(
SELECT name, passes, duration, memory_peak, cpu_usec, pids_peak, io FROM (
    SELECT test, count(*) AS passes, max(duration) AS duration, max(memory_peak) AS memory_peak, max(cpu_usec) AS cpu_usec,
        max(pids_peak) AS pids_peak, max(io_read + io_write) AS io
    FROM results WHERE verdict IN (SELECT id FROM words WHERE word IN ('pass', 'flaky')) GROUP BY test
) JOIN tests ON tests.id = test ORDER BY name
)sql";

/// Texts with an address that stays, as Connection::kept() wants them.
const char* query_for(By by)
{
    static const std::string memory = fmt::format(by_figure, "memory_peak"), cpu = fmt::format(by_figure, "cpu_usec"),
                             io = fmt::format(by_figure, "io_read + io_write"), time = fmt::format(by_figure, "duration"),
                             leaks = fmt::format(by_figure, "leaked");
    switch (by) {
    case By::memory:
        return memory.c_str();
    case By::cpu:
        return cpu.c_str();
    case By::io:
        return io.c_str();
    case By::time:
        return time.c_str();
    case By::leaks:
        return leaks.c_str();
    case By::flaky:
        break;
    }
    return by_flakiness;
}

} // namespace

Result<std::vector<TopRow>> Store::top(By by, std::size_t most, std::optional<std::int64_t> run)
{
    using Found = std::vector<TopRow>;
    Connection& connection = *connection_;
    return connection.guarded({"look for the worst by", to_string(by)}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept(query_for(by)));
        query.bind(run, most);
        while (query.step()) {
            found.push_back({.test = query.text(0),
                             .worst = query.unsigned_number(1),
                             .run = query.number(2),
                             .mean = query.real(3),
                             .attempts = query.unsigned_number(4)});
        }
        return found;
    });
}

Result<std::vector<Needed>> Store::needed()
{
    using Found = std::vector<Needed>;
    Connection& connection = *connection_;
    return connection.guarded({"read what tests need"}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept(select_needed));
        while (query.step()) {
            found.push_back({.test = query.text(0),
                             .passes = query.unsigned_number(1),
                             .duration = query.time(2),
                             .memory_peak = query.optional_number(3),
                             .cpu_usec = query.optional_number(4),
                             .pids_peak = query.optional_number(5),
                             .io_bytes = query.optional_number(6)});
        }
        return found;
    });
}

} // namespace hutch::store

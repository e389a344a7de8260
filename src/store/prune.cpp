// Retention. One transaction for each run that goes, so that other processes are kept waiting for tenths of a second and no longer.
#include "store/connection.h"
#include "store/store.h"

namespace hutch::store {

namespace {

/// Those that are too many or too old; running ones stay, and what is running counts among those that are kept.
std::vector<std::int64_t> runs_to_go(Connection& connection, const Keep& keep, Microseconds now)
{
    static constexpr const char* select = R"sql(
SELECT id FROM (SELECT id, started_at, state, row_number() OVER (ORDER BY id DESC) AS place FROM runs)
WHERE state <> 'running' AND (place > ? OR started_at < ?) ORDER BY id
)sql";
    std::vector<std::int64_t> runs;
    Query query(connection.kept(select));
    query.bind(keep.runs, now - keep.age);
    while (query.step()) {
        runs.push_back(query.number(0));
    }
    return runs;
}

/// How many results it had; unset: it is running by now, and stays.
std::optional<std::size_t> remove_run(Connection& connection, std::int64_t run)
{
    Writing writing(connection);
    if (connection.run("DELETE FROM runs WHERE id = ? AND state <> 'running'", run) == 0) {
        return std::nullopt;
    }
    for (const char* from : {"DELETE FROM legs WHERE run = ?", "DELETE FROM arguments WHERE run = ?", "DELETE FROM in_flight WHERE run = ?",
                             "DELETE FROM tallies WHERE run = ?"}) {
        connection.run(from, run);
    }
    const int results = connection.run("DELETE FROM results WHERE run = ?", run);
    writing.commit();
    return static_cast<std::size_t>(results);
}

/// Tests that only removed runs had, and files that no result speaks of. Not while a run goes on: it may be about to use one.
std::size_t forget_tests(Connection& connection)
{
    static constexpr const char* running = "SELECT count(*) FROM runs WHERE state = 'running'";
    static constexpr const char* oldest = "SELECT coalesce(min(id), 9223372036854775807) FROM runs";
    Writing writing(connection);
    Query busy(connection.kept(running));
    if (busy.step() && busy.number(0) > 0) {
        return 0;
    }
    Query kept(connection.kept(oldest));
    kept.step();
    const std::int64_t first = kept.number(0);
    const int tests = connection.run("DELETE FROM tests WHERE id IN (SELECT test FROM latest WHERE run < ?)", first);
    connection.run("DELETE FROM latest WHERE run < ?", first);
    connection.run("DELETE FROM files WHERE id NOT IN (SELECT file FROM results WHERE file IS NOT NULL)");
    writing.commit();
    return static_cast<std::size_t>(tests);
}

} // namespace

Result<Pruned> Store::prune(const Keep& keep)
{
    Connection& connection = *connection_;
    return connection.guarded({"prune the runs"}, [&]() -> Result<Pruned> {
        Pruned pruned;
        for (const std::int64_t run : runs_to_go(connection, keep, connection.now())) {
            if (const auto results = remove_run(connection, run)) {
                ++pruned.runs;
                pruned.results += *results;
            }
        }
        if (pruned.runs > 0) {
            pruned.tests = forget_tests(connection);
        }
        return if_done(connection.committed(), pruned);
    });
}

Result<void> Store::compact()
{
    Connection& connection = *connection_;
    return connection.guarded({"compact the store"}, [&]() -> Result<void> {
        connection.database().exec("VACUUM");
        connection.restart_journal();
        return connection.committed();
    });
}

} // namespace hutch::store

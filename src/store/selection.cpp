// What is asked before a run: how each test ended last, how long it may take, what is in quarantine. One pass over `latest`.
#include "store/connection.h"
#include "store/passes.h"
#include "store/rows.h"
#include "store/store.h"

namespace hutch::store {

Result<std::unordered_map<std::string, Last>> Store::last_of_each()
{
    using Found = std::unordered_map<std::string, Last>;
    static constexpr const char* select = R"sql(
SELECT name, v.word, c.word, at, passes, unplanned_ends
FROM latest JOIN tests ON tests.id = latest.test LEFT JOIN words v ON v.id = verdict LEFT JOIN words c ON c.id = cause
)sql";
    Connection& connection = *connection_;
    return connection.guarded({"read the last results"}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept(select));
        while (query.step()) {
            found.emplace(query.text(0), Last{.verdict = query.text(1),
                                              .cause = query.text(2),
                                              .at = query.time(3),
                                              .expected = expected_of(query.text(4)),
                                              .unplanned_ends = static_cast<unsigned>(query.number(5))});
        }
        return found;
    });
}

Result<std::vector<Quarantined>> Store::quarantined()
{
    using Found = std::vector<Quarantined>;
    static constexpr const char* select =
        "SELECT name, unplanned_ends FROM latest JOIN tests ON tests.id = test WHERE unplanned_ends >= ? ORDER BY name";
    Connection& connection = *connection_;
    return connection.guarded({"read the quarantine"}, [&]() -> Result<Found> {
        Found found;
        Query query(connection.kept(select));
        query.bind(quarantine_after);
        while (query.step()) {
            found.push_back({.test = query.text(0), .unplanned_ends = static_cast<unsigned>(query.number(1))});
        }
        return found;
    });
}

Result<void> Store::release(const std::vector<std::string>& tests)
{
    static constexpr const char* update = "UPDATE latest SET unplanned_ends = 0 WHERE test = (SELECT id FROM tests WHERE name = ?)";
    Connection& connection = *connection_;
    return connection.guarded({"release from quarantine"}, [&]() -> Result<void> {
        Writing writing(connection);
        for (const std::string& test : tests) {
            connection.run(update, test);
        }
        writing.commit();
        return connection.committed();
    });
}

} // namespace hutch::store

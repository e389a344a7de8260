// The tables, as a list of steps from an empty file to what this version knows. Responsible for the SQL that makes them; a step that
// was ever released is never changed: later ones come after it. docs/store.md describes the tables.
#pragma once

#include <cstdint>
#include <span>

namespace hutch::store {

/// "htch": PRAGMA application_id of a store, so that file(1) and we can tell it from other databases.
inline constexpr std::int64_t application_id = 0x68746368;

/// Step N makes schema N+1 of schema N; PRAGMA user_version says how many are done.
std::span<const char* const> schema_steps();

inline std::int64_t schema_version()
{
    return static_cast<std::int64_t>(schema_steps().size());
}

/// Tables of schema 1, which every store has: their absence is damage.
inline constexpr const char* count_own_tables =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('runs', 'legs', 'tests', 'results', 'in_flight', 'latest')";
inline constexpr std::int64_t own_tables = 6;

} // namespace hutch::store

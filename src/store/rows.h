// What several of the store's questions have in common: numbers of names, a run's tallies. Only within guarded() work.
#pragma once

#include <string_view>

#include "store/connection.h"

namespace hutch::store {

/// The number of a test's name, made if need be. Only within a transaction that writes.
std::int64_t test_number(Connection& connection, std::string_view name);
std::optional<std::int64_t> known_test(Connection& connection, std::string_view name);

/// Counts a run's verdicts into `tallies`.
void tally(Connection& connection, std::int64_t run);

/// Writes a leg's row and its arguments.
void add_leg(Connection& connection, const RunKey& key, const RunFacts& facts, Microseconds now);

/// All that is known of a run but its results.
std::optional<RunRow> read_run(Connection& connection, std::int64_t run);

/// results.file as values.
std::optional<FileFacts> read_file_facts(const Query& query, int size_column);

/// UTF-8 cut to at most `most` bytes, between characters.
std::string_view cut_text(std::string_view text, std::size_t most);

} // namespace hutch::store

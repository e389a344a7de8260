// Which of the tests that were found are run: filters, one shard of several, and what they depend on. Pure; the tests keep their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discover/filter.h"
#include "hutch/error.h"
#include "hutch/test.h"

namespace hutch::discover
{

/// One of several machines that share the tests: `index` from 1 to `total`.
struct Shard {
    std::uint64_t index = 1, total = 1;
};
/// "2/5".
Result<Shard> parse_shard(std::string_view text);
/// A test's shard depends on its name and the number of shards alone: FNV-1a, 64 bits, over the name.
bool is_in_shard(std::string_view name, const Shard& shard);

struct SelectOptions {
    Filter filter;
    std::function<LastStatus(const std::string& name)> last; ///< empty: nothing is known
    Shard shard;
    /// So many of the tests were looked for; the rest are there because others depend on them, and only chosen with them. Unset: all.
    std::optional<std::size_t> looked_for = {};
    bool pull_dependencies = true; ///< those that no filter and no shard has let through; false: they are not waited for
};

/// What a test of the selection waits for: places in Selection::tests.
struct Edges {
    std::vector<std::size_t> needs; ///< have to pass
    std::vector<std::size_t> after; ///< have to end
    std::vector<std::size_t> follow; ///< not waited for, but selected with it
};

struct Selection {
    std::vector<TestFile> tests;
    std::vector<Edges> edges;       ///< of each
    std::size_t filtered_out = 0;
    std::size_t slow_left_out = 0;  ///< of those: slow ones, whatever else keeps them out
    std::size_t other_shards = 0;
    std::size_t pulled_in = 0;
};

/// What a test says it depends on and that is not among `all`: (test, as it says). To be looked for elsewhere before select().
struct Missing {
    std::size_t test;
    std::string dependency;
};
std::vector<Missing> missing_dependencies(const std::vector<TestFile>& all);

/// A dependency that is not there, and a cycle, are usage errors that name the tests.
Result<Selection> select(std::vector<TestFile> all, const SelectOptions& options);

} // namespace hutch::discover

// Which of the tests that were found are run: docs/filters.md. An expression (`tag(smoke) & !slow()`), or the flags of `hutch run`, as a
// predicate on one test. Pure: what a test was the last time is told by the caller.
//
//     -E 'level(unit) & (tag(db) | name(/^parse/)) - status(passed)'
//
// Errors are usage errors: `-E 'tga(x)': column 1: unknown predicate 'tga'`, columns in characters.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hutch/error.h"
#include "hutch/test.h"

namespace hutch::discover {

/// How a test ended when it was run last.
enum class LastStatus { unknown /* never run */, passed, failed, skipped, planned, not_run };

struct Subject {
    const TestFile& file;
    LastStatus last = LastStatus::unknown;
};

struct FilterNode; // filter_node.h

inline constexpr std::size_t longest_filter = std::size_t{64} << 10; ///< bytes
inline constexpr std::size_t deepest_filter = 200;                   ///< parentheses and negations within each other
inline constexpr std::size_t most_filter_regexes = 200;              ///< of one expression

/// A value, cheap to copy.
class Filter {
  public:
    Filter(); ///< all()
    explicit Filter(std::shared_ptr<const FilterNode> node) : node_(std::move(node)) {}

    static Result<Filter> parse(std::string_view expression, std::string_view label = "-E");

    bool fits(const Subject& subject) const;
    /// Whether what it says depends on Subject::last: it uses status().
    bool needs_history() const;
    /// Whether it says itself which slow tests it wants: it uses slow() or status().
    bool minds_slow() const;

    static Filter any_of(const std::vector<Filter>& filters);
    friend Filter operator&(const Filter& a, const Filter& b);
    friend Filter operator!(const Filter& a);

  private:
    std::shared_ptr<const FilterNode> node_; ///< never null
};

/// The flags that choose tests. All kinds that are given combine with "and", the values of one kind with "or".
struct FilterFlags {
    bool unit = false, integration = false, system = false; ///< one kind
    std::vector<std::string> tags;                          ///< globs, "a,b" are two
    std::vector<std::string> priorities;                    ///< "P0", "P0,P1"
    std::vector<std::string> names;                         ///< a part of the name, or /a regular expression/
    std::vector<std::string> expressions;
    bool only_slow = false;
    bool all = false;                                                      ///< slow ones, too
    bool only_skipped = false, planned_only = false, only_failed = false; ///< one kind
};

/// Slow tests are left out, unless `all`, `only_slow` or a flag of status is set, or an expression uses slow() or status().
Result<Filter> make_filter(const FilterFlags& flags);

} // namespace hutch::discover

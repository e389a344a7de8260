// See gtest_line.h.
#include "protocol/gtest_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "base/text.h"

namespace hutch::protocol {
namespace {

constexpr std::array<std::pair<std::string_view, GtestMark>, 8> marks = {{{"[ RUN      ] ", GtestMark::run},
                                                                          {"[       OK ] ", GtestMark::ok},
                                                                          {"[  FAILED  ] ", GtestMark::failed},
                                                                          {"[  SKIPPED ] ", GtestMark::skipped},
                                                                          {"[ DISABLED ] ", GtestMark::disabled},
                                                                          {"[  PASSED  ] ", GtestMark::passed},
                                                                          {"[==========] ", GtestMark::bar},
                                                                          {"[----------] ", GtestMark::dash}}};

constexpr std::size_t mark_size = 13;
static_assert(std::ranges::all_of(marks, [](const auto& each) { return each.first.size() == mark_size; }));

/// What follows the prefix; unset: it does not begin so.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix)
{
    return text.starts_with(prefix) ? std::optional(text.substr(prefix.size())) : std::nullopt;
}

/// "3 rest" → 3 and "rest". GoogleTest's counts are of type int: what is longer is not its.
struct Numbered {
    std::size_t number;
    std::string_view rest;
};
std::optional<Numbered> read_number(std::string_view text)
{
    const base::Halves halves = base::cut(text, ' ');
    const auto number = base::parse_uint64(halves.before);
    if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<int>::max()) || !halves.after) {
        return std::nullopt;
    }
    return Numbered{static_cast<std::size_t>(*number), *halves.after};
}

/// "3 tests…" → 3 and what follows.
std::optional<Numbered> read_tests(std::string_view text)
{
    const auto counted = read_number(text);
    if (!counted || !counted->rest.starts_with("test")) {
        return std::nullopt;
    }
    const std::string_view rest = counted->rest.substr(4);
    return Numbered{counted->number, rest.starts_with('s') ? rest.substr(1) : rest};
}

/// "(3 ms)" → 3 ms.
std::optional<Microseconds> read_time(std::string_view text)
{
    if (!text.starts_with('(') || !text.ends_with(" ms)")) {
        return std::nullopt;
    }
    const auto count = base::parse_uint64(text.substr(1, text.size() - 5));
    constexpr auto most = static_cast<std::uint64_t>(std::chrono::duration_cast<Milliseconds>(Microseconds::max()).count());
    if (!count || *count > most) {
        return std::nullopt;
    }
    return Milliseconds(static_cast<Milliseconds::rep>(*count));
}

} // namespace

std::optional<Marked> next_mark(std::string_view line, std::size_t from)
{
    for (std::size_t at = line.find('[', from); at != std::string_view::npos; at = line.find('[', at + 1)) {
        const std::string_view found = line.substr(at, mark_size);
        if (!found.ends_with("] ")) {
            continue; // most brackets are a test's own
        }
        const auto known = std::ranges::find(marks, found, &std::pair<std::string_view, GtestMark>::first);
        if (known != marks.end()) {
            return Marked{known->second, line.substr(0, at), line.substr(at + mark_size)};
        }
    }
    return std::nullopt;
}

std::string without_colours(std::string_view line)
{
    std::string plain;
    plain.reserve(line.size());
    for (std::size_t escape = line.find('\033'); escape != std::string_view::npos; escape = line.find('\033')) {
        plain += line.substr(0, escape);
        line.remove_prefix(escape + 1);
        if (line.starts_with('[')) {
            const std::size_t end = line.find_first_not_of("0123456789;?", 1);
            line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
        }
    }
    plain += line;
    return plain;
}

std::optional<GtestName> read_gtest_name(std::string_view text)
{
    const std::size_t dot = text.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size() || text.find_first_of(" \t,") != std::string_view::npos) {
        return std::nullopt;
    }
    return GtestName{text, text.substr(0, dot), text.substr(dot + 1)};
}

std::optional<GtestEnd> read_gtest_end(std::string_view rest)
{
    const auto name = read_gtest_name(rest.substr(0, rest.find_first_of(" ,")));
    if (!name) {
        return std::nullopt;
    }
    rest.remove_prefix(name->full.size());
    if (rest.empty()) {
        return GtestEnd{*name, {}, std::nullopt};
    }
    if (!rest.starts_with(" (") && !rest.starts_with(", where ")) {
        return std::nullopt; // before the search from the end: a line may be long
    }
    const std::size_t bracket = rest.rfind(" (");
    const auto time = bracket == std::string_view::npos ? std::nullopt : read_time(rest.substr(bracket + 1));
    const std::string_view middle = time ? rest.substr(0, bracket) : rest;
    if (const auto where = after(middle, ", where ")) {
        return GtestEnd{*name, middle.substr(2), time}; // a value may be of several lines: the time is then on the last of them
    }
    return time && middle.empty() ? std::optional(GtestEnd{*name, {}, time}) : std::nullopt;
}

std::optional<std::size_t> read_test_count(std::string_view rest)
{
    const auto counted = read_tests(rest);
    return counted && (counted->rest == "." || counted->rest == ", listed below:") ? std::optional(counted->number) : std::nullopt;
}

std::optional<std::size_t> read_ran(std::string_view rest)
{
    const auto tests = read_tests(rest);
    const auto from = tests ? after(tests->rest, " from ") : std::nullopt;
    const auto suites = from ? read_tests(*from) : std::nullopt; // "test suites", "test cases": a count and "test"
    if (!suites) {
        return std::nullopt;
    }
    for (const std::string_view noun : {" suites ran.", " suite ran.", " cases ran.", " case ran."}) {
        const auto end = after(suites->rest, noun);
        if (end && (end->empty() || (end->starts_with(" (") && end->ends_with(" ms total)")))) {
            return tests->number;
        }
    }
    return std::nullopt;
}

bool is_running(std::string_view rest)
{
    const auto tests = after(rest, "Running ");
    const auto counted = tests ? read_tests(*tests) : std::nullopt;
    return counted && counted->rest.starts_with(" from ");
}

std::optional<SuiteLine> read_suite_line(std::string_view rest)
{
    const auto tests = read_tests(rest);
    const auto from = tests ? after(tests->rest, " from ") : std::nullopt;
    if (!from) {
        return std::nullopt;
    }
    const std::size_t end = from->find_first_of(" ,");
    const std::string_view suite = from->substr(0, end);
    if (suite.empty()) {
        return std::nullopt;
    }
    return SuiteLine{suite, from->substr(suite.size()).starts_with(" (") && from->ends_with(" ms total)")};
}

std::optional<std::string_view> read_broken_suite(std::string_view rest)
{
    const std::size_t colon = rest.find(": SetUpTest");
    const std::string_view end = rest.substr(std::min(colon, rest.size()));
    if (colon == 0 || (end != ": SetUpTestSuite or TearDownTestSuite" && end != ": SetUpTestCase or TearDownTestCase")) {
        return std::nullopt;
    }
    return rest.substr(0, colon);
}

std::optional<std::size_t> read_disabled_count(std::string_view line)
{
    constexpr std::string_view begin = "YOU HAVE ";
    const std::size_t at = line.find(begin);
    const auto counted = at == std::string_view::npos ? std::nullopt : read_number(line.substr(at + begin.size()));
    return counted && (counted->rest == "DISABLED TESTS" || counted->rest == "DISABLED TEST") ? std::optional(counted->number)
                                                                                              : std::nullopt;
}

bool begins_failure(std::string_view line)
{
    return line.ends_with(": Failure");
}

bool begins_skip(std::string_view line)
{
    return line.ends_with(": Skipped");
}

} // namespace hutch::protocol

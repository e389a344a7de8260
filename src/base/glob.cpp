// See glob.h. A pattern is first taken apart at its braces; what is left is matched component by component. Both matchers go back
// only to the last '*' (or '**'), which is enough for such patterns and keeps them polynomial.
#include "base/glob.h"

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace hutch::base {
namespace {

constexpr std::size_t longest_pattern = 4096;
constexpr std::size_t most_alternatives = 64;

/// The end of the set that begins after '[' at `at`; npos: it is open.
std::size_t end_of_set(std::string_view pattern, std::size_t at)
{
    std::size_t next = at + 1;
    next += next < pattern.size() && (pattern[next] == '!' || pattern[next] == '^') ? 1 : 0;
    next += next < pattern.size() && pattern[next] == ']' ? 1 : 0; // a ']' that comes first is a member
    return pattern.find(']', next);
}

bool in_set(std::string_view set, char each)
{
    const bool negated = set.starts_with('!') || set.starts_with('^');
    set.remove_prefix(negated ? 1 : 0);
    bool found = false;
    for (std::size_t at = 0; at < set.size(); ++at) {
        const bool is_range = at + 2 < set.size() && set[at + 1] == '-';
        const char last = is_range ? set[at + 2] : set[at];
        found = found || (set[at] <= each && each <= last);
        at += is_range ? 2 : 0;
    }
    return found != negated;
}

/// One character of a pattern: how much of it is used up, and whether `each` fits. Never for '*'.
struct One {
    std::size_t used;
    bool fits;
};
One match_one(std::string_view pattern, std::size_t at, char each)
{
    if (pattern[at] == '?') {
        return {1, true};
    }
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
        return {2, pattern[at + 1] == each};
    }
    if (pattern[at] == '[') {
        if (const std::size_t end = end_of_set(pattern, at); end != std::string_view::npos) {
            return {end - at + 1, in_set(pattern.substr(at + 1, end - at - 1), each)};
        }
    }
    return {1, pattern[at] == each};
}

bool component_matches(std::string_view pattern, std::string_view text)
{
    std::size_t at = 0, in = 0;
    std::optional<std::pair<std::size_t, std::size_t>> star; // behind the last '*', and the text that it has not taken
    while (in < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = {++at, in};
            continue;
        }
        const One one = at < pattern.size() ? match_one(pattern, at, text[in]) : One{0, false};
        if (one.fits) {
            at += one.used;
            ++in;
        } else if (star) {
            at = star->first;
            in = ++star->second;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

using Parts = std::vector<std::string_view>;

bool parts_match(const Parts& pattern, const Parts& path)
{
    std::size_t at = 0, in = 0;
    std::optional<std::pair<std::size_t, std::size_t>> stars;
    while (in < path.size()) {
        if (at < pattern.size() && pattern[at] == "**") {
            stars = {++at, in};
            continue;
        }
        if (at < pattern.size() && component_matches(pattern[at], path[in])) {
            ++at;
            ++in;
        } else if (stars) {
            at = stars->first;
            in = ++stars->second;
        } else {
            return false;
        }
    }
    // "a/**" fits what is below a, not a itself.
    while (at < pattern.size() && pattern[at] == "**" && at + 1 < pattern.size()) {
        ++at;
    }
    return at == pattern.size();
}

Parts parts_of(std::string_view path)
{
    Parts parts;
    for (const std::string_view part : split(path, '/')) {
        if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    return parts;
}

bool plain_matches(std::string_view pattern, std::string_view path)
{
    const Parts of_path = parts_of(path);
    if (of_path.empty()) {
        return false;
    }
    if (!pattern.contains('/')) {
        return component_matches(pattern, of_path.back());
    }
    Parts of_pattern = parts_of(pattern);
    if (pattern.ends_with('/')) {
        of_pattern.emplace_back("**");
    }
    if (!of_pattern.empty() && of_pattern.back() == "**") { // everything below, but at least one component
        of_pattern.insert(of_pattern.end() - 1, "*");
        std::swap(of_pattern[of_pattern.size() - 1], of_pattern[of_pattern.size() - 2]);
    }
    return parts_match(of_pattern, of_path);
}

/// The first brace that is not escaped and not in a set; npos: none.
std::size_t find_brace(std::string_view pattern)
{
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '{') {
            return at;
        }
        const std::size_t set = pattern[at] == '[' ? end_of_set(pattern, at) : std::string_view::npos;
        at = set != std::string_view::npos ? set : at + (pattern[at] == '\\' ? 1 : 0);
    }
    return std::string_view::npos;
}

/// "{a,{b,c}}d" → where the brace at `open` ends, and its commas.
struct Brace {
    std::size_t end = std::string_view::npos;
    std::vector<std::size_t> commas;
};
Brace read_brace(std::string_view pattern, std::size_t open)
{
    Brace brace;
    std::size_t depth = 0;
    for (std::size_t at = open; at < pattern.size(); ++at) {
        const char each = pattern[at];
        depth += each == '{' ? 1 : 0;
        if (each == '\\') {
            ++at;
        } else if (each == ',' && depth == 1) {
            brace.commas.push_back(at);
        } else if (each == '}' && --depth == 0) {
            brace.end = at;
            break;
        }
    }
    return brace;
}

/// False: more than are allowed, or a brace that is open.
bool expand(const std::string& pattern, std::vector<std::string>& all)
{
    const std::size_t open = find_brace(pattern);
    if (open == std::string::npos) {
        all.push_back(pattern);
        return all.size() <= most_alternatives;
    }
    Brace brace = read_brace(pattern, open);
    if (brace.end == std::string::npos) {
        return false;
    }
    brace.commas.push_back(brace.end);
    std::size_t begin = open + 1;
    for (const std::size_t comma : brace.commas) {
        const std::string one = pattern.substr(0, open) + pattern.substr(begin, comma - begin) + pattern.substr(brace.end + 1);
        if (!expand(one, all)) {
            return false;
        }
        begin = comma + 1;
    }
    return true;
}

} // namespace

bool glob_matches(std::string_view pattern, std::string_view path)
{
    if (pattern.size() > longest_pattern) {
        return false;
    }
    if (find_brace(pattern) == std::string_view::npos) {
        return plain_matches(pattern, path);
    }
    std::vector<std::string> all;
    if (!expand(std::string(pattern), all)) {
        return false;
    }
    for (const std::string& each : all) {
        if (plain_matches(each, path)) {
            return true;
        }
    }
    return false;
}

Result<void> check_glob(std::string_view pattern)
{
    if (pattern.empty() || pattern.size() > longest_pattern) {
        return usage_error(pattern.empty() ? "a pattern is empty" : "a pattern has at most 4096 bytes");
    }
    for (std::size_t at = pattern.find('['); at != std::string_view::npos; at = pattern.find('[', at + 1)) {
        const bool escaped = at > 0 && pattern[at - 1] == '\\';
        if (!escaped && end_of_set(pattern, at) == std::string_view::npos) {
            return usage_error("pattern '" + std::string(pattern) + "': '[' without ']'");
        }
    }
    std::vector<std::string> all;
    if (!expand(std::string(pattern), all)) {
        return usage_error("pattern '" + std::string(pattern) + "': " +
                           (all.size() > most_alternatives ? "more than 64 alternatives" : "'{' without '}'"));
    }
    for (const std::string_view part : split(pattern, '/')) {
        if (part.contains("**") && part != "**") {
            return usage_error("pattern '" + std::string(pattern) + "': '**' beside other characters",
                               "'**' stands alone between slashes; '*' fits any number of characters");
        }
    }
    return {};
}

} // namespace hutch::base

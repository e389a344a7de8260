// The predicates of a filter, one by one; see filter_node.h. An argument → a leaf, or what is wrong with it.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/glob.h"
#include "base/text.h"
#include "config/known_name.h"
#include "discover/filter_node.h"

namespace hutch::discover {
namespace {

using Test = std::function<bool(const Subject&)>;

FilterNode leaf(Test test)
{
    FilterNode node;
    node.kind = FilterNode::Kind::leaf;
    node.leaf = std::move(test);
    return node;
}

std::unexpected<Misfit> misfit(std::size_t offset, std::string message, std::string hint = {})
{
    return std::unexpected(Misfit{offset, std::move(message), std::move(hint)});
}

/// "P0, P1" → the places of its words in `known`.
using Places = std::vector<std::size_t>;
std::expected<Places, Misfit> places_of(std::string_view kind, std::string_view list, std::span<const std::string_view> known)
{
    Places places;
    for (const std::string_view part : base::split(list, ',')) {
        const std::string_view word = base::trim(part);
        const auto found = std::ranges::find(known, word);
        if (found == known.end()) {
            const auto offset = static_cast<std::size_t>((word.empty() ? part.data() : word.data()) - list.data());
            const auto near = base::nearest(base::to_lower(word), known);
            return misfit(offset, fmt::format("{} '{}': one of {}", kind, word, base::join(known, ", ")),
                          near ? fmt::format("did you mean '{}'?", *near) : "");
        }
        places.push_back(static_cast<std::size_t>(found - known.begin()));
    }
    return places;
}

template <class Test> Leaf leaf_of(const std::expected<Places, Misfit>& places, Test test)
{
    if (!places) {
        return std::unexpected(places.error());
    }
    return leaf([places = *places, test](const Subject& subject) {
        return std::ranges::any_of(places, [&](std::size_t place) { return test(subject, place); });
    });
}

/// Tags and groups are matched as a whole: a pattern with a '/' is, so it gets one in front.
Leaf labels(std::string_view pattern, std::vector<std::string> Traits::*list)
{
    if (const auto good = base::check_glob(pattern); !good) {
        return misfit(0, good.error().message, good.error().hint);
    }
    const std::size_t comma = pattern.find(',');
    if (comma != std::string_view::npos && !pattern.contains('{')) {
        return misfit(comma, fmt::format("pattern '{}': no tag and no group has a comma", pattern),
                      fmt::format("one of several is {{{}}}", pattern));
    }
    return leaf([list, whole = fmt::format("/{}", pattern)](const Subject& subject) {
        const auto fits = [&](const std::string& each) { return base::glob_matches(whole, each); };
        return std::ranges::any_of((*subject.file.traits).*list, fits);
    });
}

Leaf make_tag(std::string_view argument)
{
    return labels(argument, &Traits::tags);
}

Leaf make_group(std::string_view argument)
{
    return labels(argument, &Traits::groups);
}

/// Whether a component of a path names a level: "unit", "Units", "unit_tests", "unit-test", "unittests", "test_unit".
bool names_level(std::string_view component, std::string_view level)
{
    std::string lower = base::to_lower(component);
    std::ranges::replace(lower, '-', '_');
    std::vector<std::string_view> words;
    for (const std::string_view word : base::split(lower, '_')) {
        if (word != "test" && word != "tests") {
            words.push_back(word);
        }
    }
    if (words.size() != 1 || !words.front().starts_with(level)) {
        return false;
    }
    const std::string_view rest = words.front().substr(level.size());
    return rest.empty() || rest == "s" || rest == "test" || rest == "tests";
}

/// What stands before the first dot of the last component counts, so that `unit.sh` and an entry called `unit.Parser` do, too.
bool has_level(std::string_view name, std::string_view level)
{
    const std::size_t last = name.rfind('/') + 1; // npos + 1 is 0
    const std::size_t dot = name.find('.', last);
    for (const std::string_view component : base::split(name.substr(0, dot), '/')) {
        if (names_level(component, level)) {
            return true;
        }
    }
    return false;
}

Leaf make_level(std::string_view argument)
{
    static constexpr std::array<std::string_view, 3> levels{"unit", "integration", "system"};
    return leaf_of(places_of("level", argument, levels),
                   [](const Subject& subject, std::size_t place) { return has_level(subject.file.name, levels[place]); });
}

Leaf make_priority(std::string_view argument)
{
    static constexpr std::array<std::string_view, 4> priorities{"p0", "p1", "p2", "p3"};
    static constexpr unsigned where_nothing_is_said = 2;
    const std::string lower = base::to_lower(argument);
    auto places = places_of("priority", lower, priorities);
    if (!places) {
        const std::string_view rest = argument.substr(places.error().offset);
        const std::string_view word = base::trim(rest.substr(0, rest.find(',')));
        return misfit(places.error().offset, fmt::format("priority '{}': one of P0, P1, P2, P3", word));
    }
    return leaf_of(places, [](const Subject& subject, std::size_t place) {
        return subject.file.traits->priority.value_or(where_nothing_is_said) == place;
    });
}

/// What metadata says before it runs is what it would be now.
LastStatus status_of(const Subject& subject)
{
    const Traits& traits = *subject.file.traits;
    return traits.planned ? LastStatus::planned : traits.skip ? LastStatus::skipped : subject.last;
}

Leaf make_status(std::string_view argument)
{
    // In the order of LastStatus.
    constexpr std::array<std::string_view, 6> names{"unknown", "passed", "failed", "skipped", "planned", "not_run"};
    Leaf made = leaf_of(places_of("status", argument, names), [](const Subject& subject, std::size_t place) {
        return status_of(subject) == static_cast<LastStatus>(place);
    });
    if (made) {
        made->needs_history = true;
        made->minds_slow = true;
    }
    return made;
}

Leaf make_protocol(std::string_view argument)
{
    // In the order of Protocol.
    static const std::array<std::string_view, 6> names{to_string(Protocol::exit),  to_string(Protocol::tap), to_string(Protocol::gtest),
                                                       to_string(Protocol::junit), to_string(Protocol::spl), to_string(Protocol::automatic)};
    return leaf_of(places_of("protocol", argument, names), [](const Subject& subject, std::size_t place) {
        return subject.file.protocol == static_cast<Protocol>(place);
    });
}

Leaf make_path(std::string_view argument)
{
    if (const auto good = base::check_glob(argument); !good) {
        return misfit(0, good.error().message, good.error().hint);
    }
    return leaf([pattern = std::string(argument)](const Subject& subject) { return base::glob_matches(pattern, subject.file.name); });
}

/// RE2's error with its place, where the part that it names is there once only.
std::unexpected<Misfit> bad_regex(std::string_view pattern, const RE2& regex)
{
    const std::string& part = regex.error_arg();
    const std::size_t at = part.empty() ? std::string_view::npos : pattern.find(part);
    const bool is_once = at != std::string_view::npos && pattern.find(part, at + 1) == std::string_view::npos;
    const bool is_open = regex.error_code() == RE2::ErrorMissingBracket || regex.error_code() == RE2::ErrorMissingParen ||
                         regex.error_code() == RE2::ErrorUnexpectedParen;
    return misfit(is_once ? at : 0, fmt::format("regular expression: {}", regex.error()),
                  is_open ? "quote it, if it has parentheses that are no pair: name('[)]')" : "");
}

Leaf make_name(std::string_view argument)
{
    if (argument.starts_with('=')) {
        return leaf([exact = std::string(argument.substr(1))](const Subject& subject) { return subject.file.name == exact; });
    }
    if (argument.size() > 2 && argument.starts_with('/') && argument.ends_with('/')) {
        argument = argument.substr(1, argument.size() - 2); // name(/^a/), as --name has it
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(std::int64_t{1} << 20); // of each of them
    auto regex = std::make_shared<const RE2>(re2::StringPiece(argument.data(), argument.size()), options);
    if (!regex->ok()) {
        return bad_regex(argument, *regex);
    }
    FilterNode node = leaf([regex = std::move(regex)](const Subject& subject) { return RE2::PartialMatch(subject.file.name, *regex); });
    node.regexes = 1;
    return node;
}

Leaf make_slow(std::string_view)
{
    FilterNode node = leaf([](const Subject& subject) { return subject.file.traits->slow.value_or(false); });
    node.minds_slow = true;
    return node;
}

Leaf make_exclusive(std::string_view)
{
    return leaf([](const Subject& subject) { return subject.file.traits->exclusive.value_or(false); });
}

Leaf make_all(std::string_view)
{
    return leaf([](const Subject&) { return true; });
}

Leaf make_none(std::string_view)
{
    return leaf([](const Subject&) { return false; });
}

constexpr std::array<Predicate, 12> table{{
    {"tag", "pattern", "one of its tags fits", make_tag},
    {"group", "pattern", "one of its groups fits", make_group},
    {"level", "list", "a component of its name is the level's: `unit` `integration` `system`", make_level},
    {"priority", "list", "`P0` `P1` `P2` `P3`; a test that says nothing is `P2`", make_priority},
    {"status", "list", "`passed` `failed` `skipped` `planned` `not_run` the last time, `unknown` if never run", make_status},
    {"protocol", "list", "`exit` `tap` `gtest` `junit` `spl` `auto`", make_protocol},
    {"path", "pattern", "its name fits", make_path},
    {"name", "regex or =exact", "its name has a match in it, or is exactly that", make_name},
    {"slow", "", "it says `@Slow`", make_slow},
    {"exclusive", "", "it says `@Exclusive`", make_exclusive},
    {"all", "", "every test", make_all},
    {"none", "", "no test", make_none},
}};

} // namespace

std::span<const Predicate> predicates()
{
    return table;
}

std::expected<const Predicate*, Misfit> find_predicate(std::string_view name)
{
    const auto found = std::ranges::find(table, name, &Predicate::name);
    if (found != table.end()) {
        return &*found;
    }
    std::array<std::string_view, table.size()> names;
    std::ranges::transform(table, names.begin(), &Predicate::name);
    const Error error = config::unknown_name("predicate", name, names).error();
    return misfit(0, error.message, error.hint);
}

Leaf make_leaf(std::string_view predicate, std::string_view argument)
{
    const auto found = find_predicate(predicate);
    if (!found) {
        return std::unexpected(found.error());
    }
    const bool takes_one = !(*found)->argument.empty();
    if (takes_one == argument.empty()) {
        return misfit(0, fmt::format("{}() {}", predicate, takes_one ? "needs an argument" : "takes no argument"));
    }
    return (*found)->make(argument);
}

FilterNode name_contains(std::string_view part)
{
    return leaf([part = std::string(part)](const Subject& subject) { return subject.file.name.contains(part); });
}

} // namespace hutch::discover

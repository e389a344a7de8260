// See ctest_suite.h. Three steps: the text is taken apart, each entry becomes a test by itself, and then what they say of each other.
#include "discover/ctest_suite.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "discover/ctest_entry.h"
#include "discover/ctest_environment.h"
#include "discover/suite_json.h"

namespace hutch::discover
{
namespace
{

constexpr unsigned most_slots = 4096; // hutch/traits.h

std::vector<std::string> each_once(std::vector<std::string> texts)
{
    std::unordered_set<std::string> seen;
    std::erase_if(texts, [&seen](const std::string& text) { return !seen.insert(text).second; });
    return texts;
}

Result<Json> checked_list(std::string_view text)
{
    std::size_t start = 0;
    std::size_t first_line = 1;
    while (start < text.size() && text[start] != '{') {
        const std::size_t end = text.find('\n', start);
        start = end == std::string_view::npos ? text.size() : end + 1;
        ++first_line;
    }
    if (start >= text.size()) {
        return plain_error("ctest's list: no line begins with '{'", "--ctest needs ctest 3.14 or later");
    }
    auto list = parse_json(text.substr(start), "ctest's list", first_line);
    if (!list) {
        return list;
    }
    if (const Json* kind = member(*list, "kind"); !kind || *kind != "ctestInfo") {
        return plain_error("ctest's list: its kind is not \"ctestInfo\"");
    }
    const Json* version = member(*list, "version");
    const Json* major = version ? member(*version, "major") : nullptr;
    if (!major || !major->is_number_integer()) {
        return plain_error("ctest's list: it has no version");
    }
    if (*major != 1) {
        return plain_error(fmt::format("ctest's list: version {} is not known, only 1", major->dump()));
    }
    if (const Json* tests = member(*list, "tests"); !tests || !tests->is_array()) {
        return plain_error("ctest's list: it has no list of tests");
    }
    return list;
}

/// TIMEOUT, the suite's default, or none: 0 is none, less than 0 counts as not stated. ctest starts the clock again at the line that
/// TIMEOUT_AFTER_MATCH waits for; both together are the longest that a test may take there.
std::optional<Microseconds> time_limit(const CtestEntry& entry, const SuitePlace& place)
{
    const bool stated = entry.timeout && *entry.timeout >= 0;
    if (stated && *entry.timeout == 0) {
        return std::nullopt;
    }
    const auto limit = stated ? std::optional(seconds_to_microseconds(*entry.timeout)) : place.default_timeout;
    if (!limit || !entry.after_match || *entry.after_match <= 0) {
        return limit;
    }
    return *limit + seconds_to_microseconds(*entry.after_match);
}

Traits traits_of(const CtestEntry& entry, const SuitePlace& place)
{
    Traits traits;
    if (const auto limit = time_limit(entry, place)) {
        traits.limits.wall = Setting<Microseconds>{*limit, Origin::asked};
    }
    traits.tags = each_once(entry.labels);
    if (entry.processors && *entry.processors > 1) {
        traits.slots = static_cast<unsigned>(std::min<std::int64_t>(*entry.processors, most_slots));
    }
    if (entry.run_serial) {
        traits.exclusive = true;
    }
    for (const std::string& lock : each_once(entry.locks)) {
        traits.groups.push_back("lock:" + lock);
    }
    if (entry.disabled) {
        traits.skip = "disabled";
    }
    return traits;
}

ExitRules exit_rules(const CtestEntry& entry)
{
    ExitRules rules;
    rules.skip_codes.clear(); // 77 and 99 mean nothing to ctest
    rules.error_code.reset();
    if (entry.skip_code && *entry.skip_code >= 0 && *entry.skip_code <= 255) {
        rules.skip_codes.push_back(static_cast<int>(*entry.skip_code));
    }
    rules.will_fail = entry.will_fail;
    rules.skip_if = entry.skip_if;
    rules.fail_if = entry.fail_if;
    rules.pass_if = entry.pass_if;
    return rules;
}

/// All but what depends on other entries.
TestFile test_of(const CtestEntry& entry, const SuitePlace& place)
{
    TestFile test;
    test.name = entry.name;
    test.command = entry.command;
    test.work_dir = below(place.build_dir, entry.work_dir);
    test.exit = exit_rules(entry);
    test.why = fmt::format("listed by ctest in {}", place.build_dir);
    auto environment = ctest_environment(entry.environment, entry.environment_modification, place.environment);
    // ctest's own, in every test's environment; what the test states is stronger.
    constexpr std::string_view ctests_own = "CTEST_INTERACTIVE_DEBUG_MODE";
    if (environment && !value_of(*environment, ctests_own)) {
        environment->insert(environment->begin(), fmt::format("{}=1", ctests_own));
    }
    if (entry.disabled) {
        return test; // ctest looks no further: neither a missing program nor a missing file is told
    }
    for (const std::string& file : entry.required_files) {
        test.required_files.push_back(below(test.work_dir, file));
    }
    if (!environment) {
        test.not_available = environment.error().message;
    } else if (entry.command.empty() || entry.command[0].empty()) {
        test.not_available = "its program was not found by ctest: is it built?";
    } else {
        test.environment = std::move(*environment);
    }
    return test;
}

/// Who has to pass, and who only has to have ended, before each entry.
class Order
{
  public:
    explicit Order(const std::vector<CtestEntry>& entries) : entries_(entries)
    {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            first_of_name_.try_emplace(entries[i].name, i);
            for (const std::string& fixture : entries[i].fixtures_setup) {
                setups_[fixture].push_back(i);
            }
            for (const std::string& fixture : entries[i].fixtures_cleanup) {
                cleanups_[fixture].push_back(i);
            }
        }
    }

    /// ctest's list has fixtures in DEPENDS, too: set-ups before users, users before clean-ups. Which of them have to pass it leaves out. A
    /// disabled set-up is no obstacle, and a disabled user stays disabled whatever its set-up did. A name that nobody has is passed over, and of several tests of a name the first is meant.
    void apply(std::size_t index, std::vector<TestFile>& tests, Traits& traits) const
    {
        const CtestEntry& entry = entries_[index];
        std::unordered_set<std::size_t> mentioned;
        for (const std::size_t setup : setups_for(entry)) {
            if (mentioned.insert(setup).second) {
                auto& list = entry.disabled || entries_[setup].disabled ? tests[index].after : traits.depends_on;
                list.push_back(tests[setup].name);
            }
        }
        for (const std::string& fixture : entry.fixtures_required) {
            if (const auto found = cleanups_.find(fixture); found != cleanups_.end()) {
                for (const std::size_t cleanup : found->second) {
                    tests[index].follow.push_back(tests[cleanup].name);
                }
            }
        }
        for (const std::string& name : entry.depends) {
            const auto found = first_of_name_.find(name);
            if (found != first_of_name_.end() && mentioned.insert(found->second).second) {
                tests[index].after.push_back(tests[found->second].name);
            }
        }
    }

  private:
    std::vector<std::size_t> setups_for(const CtestEntry& entry) const
    {
        std::vector<std::size_t> all;
        for (const std::string& fixture : entry.fixtures_required) {
            if (const auto found = setups_.find(fixture); found != setups_.end()) {
                all.insert(all.end(), found->second.begin(), found->second.end());
            }
        }
        return all;
    }

    const std::vector<CtestEntry>& entries_;
    std::unordered_map<std::string, std::size_t> first_of_name_;
    std::unordered_map<std::string, std::vector<std::size_t>> setups_, cleanups_;
};

std::vector<std::string> notices_of(const std::vector<CtestEntry>& entries)
{
    struct Notice {
        std::string_view property, sentence;
        bool (*said)(const CtestEntry&);
    };
    static constexpr Notice all[] = {
        {"TIMEOUT_AFTER_MATCH", "output does not start the clock again, the two times together are the limit",
         [](const CtestEntry& entry) { return entry.after_match.has_value(); }},
        {"PROCESSOR_AFFINITY", "tests are not bound to CPUs", [](const CtestEntry& entry) { return entry.affinity; }},
        {"RESOURCE_GROUPS", "resources are not allocated, as in ctest without a resource specification",
         [](const CtestEntry& entry) { return entry.resource_groups; }},
        {"GENERATED_RESOURCE_SPEC_FILE", "the file is not read", [](const CtestEntry& entry) { return entry.resource_spec; }},
    };
    std::vector<std::string> notices;
    for (const Notice& notice : all) {
        std::vector<std::string> names;
        for (const CtestEntry& entry : entries) {
            if (notice.said(entry)) {
                names.push_back(entry.name);
            }
        }
        if (!names.empty()) {
            notices.push_back(fmt::format("{} of {}: {}", notice.property, named_tests(names), notice.sentence));
        }
    }
    return notices;
}

/// The dearest first, as ctest starts them in parallel.
std::vector<TestFile> dearest_first(const std::vector<CtestEntry>& entries, std::vector<TestFile> tests)
{
    std::vector<std::size_t> order(entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::ranges::stable_sort(order, [&](std::size_t left, std::size_t right) { return entries[left].cost > entries[right].cost; });
    std::vector<TestFile> sorted;
    sorted.reserve(tests.size());
    for (const std::size_t index : order) {
        sorted.push_back(std::move(tests[index]));
    }
    return sorted;
}

} // namespace

Result<Suite> read_ctest_suite(std::string_view json, const SuitePlace& place)
{
    const auto list = checked_list(json);
    if (!list) {
        return std::unexpected(list.error());
    }
    std::vector<CtestEntry> entries;
    std::vector<TestFile> tests;
    for (const Json& test : *member(*list, "tests")) {
        auto entry = read_ctest_entry(test, entries.size());
        if (!entry) {
            return std::unexpected(std::move(entry).error());
        }
        entries.push_back(std::move(*entry));
        tests.push_back(test_of(entries.back(), place));
    }
    make_names_unique(tests);
    const Order order(entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Traits traits = traits_of(entries[i], place);
        order.apply(i, tests, traits);
        tests[i].traits = std::make_shared<const Traits>(std::move(traits));
    }
    return Suite{dearest_first(entries, std::move(tests)), notices_of(entries)};
}

} // namespace hutch::discover

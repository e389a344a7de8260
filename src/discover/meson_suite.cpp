// See meson_suite.h.
#include "discover/meson_suite.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "discover/suite_json.h"

namespace hutch::discover
{
namespace
{

struct Entry {
    std::string name, work_dir, protocol = "exitcode", not_available;
    std::optional<std::string> skip;
    std::vector<std::string> command, suites, environment;
    double timeout = 0; ///< seconds; 0 or less: none
    std::int64_t priority = 0;
    bool is_parallel = true, should_fail = false;
};

template <class T, class To> Result<void> keep(Result<T> value, To& to)
{
    if (!value) {
        return std::unexpected(std::move(value).error());
    }
    to = std::move(*value);
    return {};
}

/// { "K" : "V", "GONE" : null }
Result<std::vector<std::string>> environment_of(const Json& value, const std::string& where)
{
    if (!value.is_object()) {
        return not_expected(where, "an object", value);
    }
    std::vector<std::string> environment;
    for (const auto& [name, each] : value.items()) {
        if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos) {
            return plain_error(fmt::format("{}: '{}' is no variable's name", where, name));
        }
        if (each.is_null()) {
            environment.push_back(name);
            continue;
        }
        const auto text = text_of(each, fmt::format("{}.{}", where, name));
        if (!text) {
            return std::unexpected(text.error());
        }
        environment.push_back(fmt::format("{}={}", name, *text));
    }
    return environment;
}

Result<void> read_key(Entry& entry, const std::string& key, const Json& value, const std::string& where)
{
    if (key == "cmd") {
        return keep(texts_of(value, where), entry.command);
    } else if (key == "env") {
        return keep(environment_of(value, where), entry.environment);
    } else if (key == "suite") {
        return keep(texts_of(value, where), entry.suites);
    } else if (key == "is_parallel") {
        return keep(flag_of(value, where), entry.is_parallel);
    } else if (key == "should_fail") {
        return keep(flag_of(value, where), entry.should_fail);
    } else if (key == "priority") {
        return keep(whole_number_of(value, where), entry.priority);
    } else if (key == "protocol") {
        return keep(text_of(value, where), entry.protocol);
    } else if (value.is_null()) {
        return {}; // "workdir" and "timeout": nothing is said
    } else if (key == "workdir") {
        return keep(text_of(value, where), entry.work_dir);
    } else if (key == "timeout") {
        return keep(number_of(value, where), entry.timeout);
    } else if (key == "not_available") {
        return keep(text_of(value, where), entry.not_available);
    } else if (key == "skip") {
        return keep(text_of(value, where), entry.skip);
    }
    return {};
}

Result<Entry> read_entry(const Json& test, std::size_t index)
{
    Entry entry;
    const std::string place = fmt::format("meson's tests, [{}]", index);
    const Json* name = member(test, "name");
    if (!name) {
        return not_expected(place, "an object with \"name\"", test);
    }
    if (auto kept = keep(text_of(*name, place + ".name"), entry.name); !kept) {
        return std::unexpected(std::move(kept).error());
    }
    const std::string where = fmt::format("meson's tests, '{}'", entry.name);
    for (const auto& [key, value] : test.items()) {
        if (auto read = read_key(entry, key, value, fmt::format("{}.{}", where, key)); !read) {
            return std::unexpected(std::move(read).error());
        }
    }
    if (entry.command.empty() || entry.command[0].empty()) {
        return plain_error(where + ": it has no cmd");
    }
    return entry;
}

/// As `meson test` prints it where there is more than one suite: "project:fast+io / name".
std::string pretty_name(const Entry& entry)
{
    std::vector<std::string_view> suites;
    for (const std::string& suite : entry.suites) {
        suites.push_back(base::cut(suite, ':').after.value_or(""));
    }
    const std::string joined = base::join(suites, "+");
    return fmt::format("{}{}{} / {}", base::cut(entry.suites[0], ':').before, joined.empty() ? "" : ":", joined, entry.name);
}

/// What `meson test --suite` takes: "project:fast" is in project, fast and project:fast.
std::vector<std::string> tags_of(const std::vector<std::string>& suites)
{
    std::vector<std::string> tags;
    const auto add = [&tags](std::string_view tag) {
        if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) {
            tags.emplace_back(tag);
        }
    };
    for (const std::string& suite : suites) {
        const base::Halves halves = base::cut(suite, ':');
        add(halves.before);
        if (halves.after) {
            add(*halves.after);
            add(suite);
        }
    }
    return tags;
}

/// meson sets MALLOC_PERTURB_ to a random number where it is unset or empty, so that memory which was never written to is not zero by
/// luck. Here the number is made of the test's name: as good as any, and the same again when a failure is looked into.
void perturb_memory(TestFile& test, const SuitePlace& place)
{
    constexpr std::string_view variable = "MALLOC_PERTURB_";
    const bool taken_away = std::ranges::find(test.environment, variable) != test.environment.end();
    const auto stated = value_of(test.environment, variable);
    const auto inherited = taken_away ? std::nullopt : value_of(place.environment, variable);
    if (!stated.value_or(inherited.value_or("")).empty()) {
        return;
    }
    std::erase_if(test.environment, [variable](const std::string& entry) { return base::cut(entry, '=').before == variable; });
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (const char letter : test.name) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619u;
    }
    test.environment.push_back(fmt::format("{}={}", variable, hash % 255 + 1));
}

/// The protocol, and how the exit code is read beside it. Only for `exitcode` and `gtest` are 77 and 99 more than failures.
void set_protocol(TestFile& test, const std::string& protocol)
{
    if (protocol == "tap") {
        test.protocol = Protocol::tap;
        test.exit.tap_as_meson = true;
        test.exit.will_fail_by_signal = false; // it did not tell its cases to the end: no failure that was waited for
    } else if (protocol == "gtest") {
        test.protocol = Protocol::gtest;
    } else if (protocol != "exitcode" && protocol != "rust" && test.not_available.empty()) {
        test.not_available = fmt::format("its protocol '{}' is not known", protocol); // by its exit code it might pass
    }
    if (protocol == "tap" || protocol == "rust") {
        test.exit.skip_codes.clear();
        test.exit.error_code.reset();
    }
}

TestFile test_of(const Entry& entry, const SuitePlace& place)
{
    TestFile test;
    test.name = entry.name;
    test.command = entry.command;
    test.work_dir = below(place.build_dir, entry.work_dir);
    if (test.command[0].find('/') != std::string::npos) {
        test.command[0] = below(test.work_dir, test.command[0]);
    }
    test.environment = entry.environment;
    test.exit.will_fail = entry.should_fail;
    test.exit.will_fail_by_signal = true;
    test.not_available = entry.not_available;
    test.why = fmt::format("a test of meson's in {}", place.build_dir);
    set_protocol(test, entry.protocol);
    perturb_memory(test, place);

    Traits traits;
    if (entry.timeout > 0) {
        traits.limits.wall = Setting<Microseconds>{seconds_to_microseconds(entry.timeout), Origin::asked};
    }
    traits.tags = tags_of(entry.suites);
    if (!entry.is_parallel) {
        traits.exclusive = true;
    }
    traits.skip = entry.skip;
    test.traits = std::make_shared<const Traits>(std::move(traits));
    return test;
}

Result<std::vector<Entry>> read_entries(const Json& tests)
{
    std::vector<Entry> entries;
    for (const Json& test : tests) {
        auto entry = read_entry(test, entries.size());
        if (!entry) {
            return std::unexpected(std::move(entry).error());
        }
        entries.push_back(std::move(*entry));
    }
    std::ranges::stable_sort(entries, std::ranges::greater{}, &Entry::priority);
    return entries;
}

void give_pretty_names(std::vector<Entry>& entries)
{
    std::set<std::string> suites;
    for (const Entry& entry : entries) {
        suites.insert(entry.suites.begin(), entry.suites.end());
    }
    for (Entry& entry : entries) {
        if (suites.size() > 1 && !entry.suites.empty()) {
            entry.name = pretty_name(entry);
        }
    }
}

std::vector<std::string> notices_of(const std::vector<Entry>& entries, bool introspected)
{
    std::vector<std::string> notices;
    if (introspected && !entries.empty()) {
        notices.emplace_back("meson's introspection does not tell should_fail, exe_wrapper, the default test setup, nor what a test "
                             "appends to a variable: tests that need them are judged as if they did not");
    }
    std::vector<std::string> rust;
    for (const Entry& entry : entries) {
        if (entry.protocol == "rust") {
            rust.push_back(entry.name);
        }
    }
    if (!rust.empty()) {
        notices.push_back(fmt::format("protocol 'rust' of {}: judged by the exit code alone", named_tests(rust)));
    }
    return notices;
}

} // namespace

Result<Suite> read_meson_suite(std::string_view json, const SuitePlace& place)
{
    const auto root = parse_json(json, "meson's tests");
    if (!root) {
        return std::unexpected(root.error());
    }
    const bool introspected = root->is_array();
    const Json* tests = introspected ? &*root : member(*root, "tests");
    if (!tests || !tests->is_array()) {
        return plain_error("meson's tests: there is no list of them");
    }
    auto entries = read_entries(*tests);
    if (!entries) {
        return std::unexpected(std::move(entries).error());
    }
    if (introspected) {
        give_pretty_names(*entries);
    }
    Suite suite{.tests = {}, .notices = notices_of(*entries, introspected)};
    for (const Entry& entry : *entries) {
        suite.tests.push_back(test_of(entry, place));
    }
    make_names_unique(suite.tests);
    return suite;
}

} // namespace hutch::discover

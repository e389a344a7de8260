#include "cli/composition.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "base/glob.h"
#include "config/profile.h"
#include "discover/command_words.h"

namespace hutch::cli {

namespace {

/// Names of groups → their places in the room.
class Groups {
  public:
    explicit Groups(const config::Project& project) : project_(project) {}

    std::vector<std::size_t> places_of(const std::vector<std::string>& names)
    {
        std::vector<std::size_t> places;
        for (const std::string& name : names) {
            const auto [entry, is_new] = places_.try_emplace(name, limits.size());
            if (is_new) {
                const auto limit = project_.groups.find(name);
                limits.push_back(limit != project_.groups.end() ? limit->second : 1);
            }
            places.push_back(entry->second);
        }
        return places;
    }

    std::vector<unsigned> limits;

  private:
    const config::Project& project_;
    std::map<std::string, std::size_t> places_;
};

/// What a test declares, or what it took before; a default profile's limit declares nothing.
Bytes memory_of(const Traits& traits, const store::Last* last)
{
    if (traits.limits.memory_max) {
        return traits.limits.memory_max->value;
    }
    if (traits.profile) {
        const auto limits = config::profile_limits(*traits.profile, Origin::asked);
        return limits && limits->memory_max ? limits->memory_max->value : 0;
    }
    return last != nullptr && last->expected && last->expected->memory_peak ? *last->expected->memory_peak : 0;
}

schedule::Entry entry_of(const Traits& traits, const store::Last* last, const RunSettings& settings)
{
    schedule::Entry entry;
    entry.load.slots = traits.slots.value_or(1);
    entry.load.exclusive = traits.exclusive.value_or(false);
    entry.load.memory = memory_of(traits, last);
    entry.priority = traits.priority.value_or(entry.priority);
    entry.retries = settings.retries.value_or(traits.retries.value_or(0));
    entry.retry_delay = settings.retry_delay.value_or(traits.retry_delay.value_or(Microseconds(0)));
    // With one worker there is nothing to be won, and the order that people know is worth more.
    const bool by_duration = settings.options.workers > 1 && !settings.shuffle_seed;
    if (by_duration && last != nullptr && last->expected) {
        entry.expected = last->expected->duration;
    }
    return entry;
}

/// The order in which tests are asked for; not std::shuffle, whose order differs between libraries.
std::vector<std::size_t> shuffled(std::size_t tests, std::uint64_t seed)
{
    std::vector<std::size_t> order(tests);
    for (std::size_t i = 0; i < tests; ++i) {
        order[i] = i;
    }
    std::mt19937_64 random(seed);
    for (std::size_t i = tests; i > 1; --i) {
        std::swap(order[i - 1], order[random() % i]);
    }
    return order;
}

TestFile command_file(std::string name, const config::Setup& setup, const std::vector<std::string>& command, const config::Project& project,
                      Role role)
{
    TestFile file;
    file.name = std::move(name);
    for (const std::string& word : command) {
        file.command.push_back(discover::fill_word(word, {.file = "", .project = project.directory}));
    }
    file.work_dir = project.directory;
    file.traits = std::make_shared<const Traits>(setup.traits);
    file.role = role;
    file.why = fmt::format("[[setup]] of {}:{}", project.file, setup.line);
    return file;
}

bool is_user(const TestFile& file, const config::Setup& setup)
{
    return std::ranges::any_of(setup.patterns, [&](const std::string& pattern) { return base::glob_matches(pattern, file.name); });
}

} // namespace

void add_setups(discover::Selection& selection, const config::Project& project)
{
    const std::size_t tests = selection.tests.size();
    for (const config::Setup& setup : project.setups) {
        const std::string name = "setup " + setup.name;
        discover::Edges teardown_edges;
        for (std::size_t i = 0; i < tests; ++i) {
            if (is_user(selection.tests[i], setup)) {
                selection.tests[i].setups.push_back(name);
                selection.edges[i].needs.push_back(selection.tests.size());
                teardown_edges.after.push_back(i);
            }
        }
        if (teardown_edges.after.empty()) {
            continue; // nobody needs it
        }
        selection.tests.push_back(command_file(name, setup, setup.command, project, Role::setup));
        selection.edges.emplace_back();
        if (!setup.teardown.empty()) {
            teardown_edges.needs.push_back(selection.tests.size() - 1);
            selection.tests.push_back(command_file("teardown " + setup.name, setup, setup.teardown, project, Role::teardown));
            selection.tests.back().setups.push_back(name);
            selection.edges.push_back(std::move(teardown_edges));
        }
    }
}

run::Work compose(std::vector<TestPtr> tests, Said said, const RunSettings& settings, const config::Project& project,
                  const History& history)
{
    run::Work work{.tests = std::move(tests)};
    work.entries.reserve(work.tests.size());
    Groups groups(project);
    for (std::size_t i = 0; i < work.tests.size(); ++i) {
        schedule::Entry entry = entry_of(*said.traits[i], history.find(work.tests[i]->name), settings);
        entry.load.groups = groups.places_of(said.traits[i]->groups);
        entry.needs = std::move(said.edges[i].needs);
        entry.after = std::move(said.edges[i].after);
        if (work.tests[i]->role != Role::test || work.tests[i]->foregone) {
            entry.retries = 0;
        }
        work.entries.push_back(std::move(entry));
    }
    work.room.memory = settings.memory_budget;
    work.room.groups = std::move(groups.limits);
    if (settings.shuffle_seed) {
        work.order = shuffled(work.tests.size(), *settings.shuffle_seed);
    }
    return work;
}

Microseconds stall_timeout(const std::vector<TestPtr>& tests, const RunSettings& settings)
{
    Microseconds longest = settings.options.stall_timeout;
    if (!settings.stall_is_default) {
        return longest;
    }
    constexpr Microseconds margin = std::chrono::seconds(10);
    for (const TestPtr& test : tests) {
        if (!test->limits.wall) {
            return Microseconds(0); // it may take as long as it likes
        }
        longest = std::max(longest, test->limits.wall->value + test->limits.grace + margin);
    }
    return longest;
}

} // namespace hutch::cli

// hutch.toml → Project: every key, in every table that may have it; the user's file below it; placeholders; the values of traits.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "config/placeholders.h"
#include "config/project.h"
#include "config/project_keys.h"
#include "config/trait_values.h"
#include "config/user_file.h"

namespace hutch::config {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr Bytes ram = Bytes{8} << 30;

Project read(const std::string& text, const std::string& file = "/p/hutch.toml")
{
    auto project = read_project(text, file, ram);
    EXPECT_TRUE(project) << text << "\n" << (project ? "" : project.error().message + " " + project.error().hint);
    return project.value_or(Project{});
}

constexpr const char* whole = R"([run]
paths = ["tests", "more"]
jobs = 4
fail_fast = true
quiet = false
profile = "slow"
policy = "default"
timeout = "2m"
retries = 1
retry_delay = "500ms"
slow = true
isolation = "required"
grace = 2
stall_timeout = 1.5
memory_budget = "80%"
events = "-"
set = ["files.tmp=2G", "process.nice=5"]
[run.limits]
"memory.max" = "1G"
cpu.weight = 200

[groups]
db = 1
"gpu/0" = 4096

[simple]
command = ["bin/simple", "run"]

[[runner]]
name = "bats"
match = "*.bats"
command = "bats --tap {file}"
protocol = "tap"
skip_exit_codes = [4, 77, 4]
environment = { LANG = "C", A = "x=y" }
executable = true
tags = ["b", "a", "b"]
depends_on = "tests/first.sh"
priority = "p2"
network = "private"
exclusive = false

[[runner]]
name = "data"
match = ["tests/data/**", "*.md"]
ignore = true

[[override]]
match = ["tests/slow/**"]
slow = true
isolation = "container"
ports = 2
slots = 3
groups = ["db"]
skip = true
planned = "later"
protocol = "auto"
skip_exit_codes = []
environment.LC_ALL = "C"

[[setup]]
name = "database"
match = ["tests/db/**"]
command = ["scripts/start-db", "{project}/x"]
teardown = "scripts/stop-db"
timeout = "1m"
)";

TEST(ProjectFile, HasDefaultsOfTheRun)
{
    const Project project = read(whole);
    EXPECT_EQ(project.file, "/p/hutch.toml");
    EXPECT_EQ(project.directory, "/p");
    EXPECT_EQ(project.paths, (Strings{"tests", "more"}));
    const RunDefaults expected{{"jobs", "4"},
                               {"fail_fast", "true"},
                               {"quiet", "false"},
                               {"slow", "true"},
                               {"isolation", "required"},
                               {"grace", "2"},
                               {"stall_timeout", "1.5"},
                               {"memory_budget", "80%"},
                               {"events", "-"},
                               {"set", "files.tmp=2G"},
                               {"set", "process.nice=5"}};
    EXPECT_EQ(project.run, expected);
    Traits traits;
    traits.profile = "slow";
    traits.policy = "default";
    traits.retries = 1;
    traits.retry_delay = 500ms;
    traits.limits.wall = {Microseconds(2min), Origin::asked};
    traits.limits.memory_max = {Bytes{1} << 30, Origin::asked};
    traits.limits.cpu_weight = {200, Origin::asked};
    EXPECT_EQ(project.traits, traits);
    EXPECT_EQ(project.groups, (std::map<std::string, unsigned, std::less<>>{{"db", 1}, {"gpu/0", 4096}}));
    EXPECT_EQ(project.simple_command, (Strings{"bin/simple", "run"}));
}

TEST(ProjectFile, HasRunners)
{
    const Project project = read(whole);
    ASSERT_EQ(project.runners.size(), 2U);
    const RunnerRule& bats = project.runners[0];
    EXPECT_EQ(bats.name, "bats");
    EXPECT_EQ(bats.patterns, Strings{"*.bats"});
    EXPECT_EQ(bats.command, (Strings{"bats", "--tap", "{file}"}));
    EXPECT_EQ(bats.protocol, Protocol::tap);
    EXPECT_EQ(bats.skip_exit_codes, (std::vector{4, 77}));
    EXPECT_EQ(bats.environment, (Strings{"LANG=C", "A=x=y"}));
    EXPECT_TRUE(bats.executable_only);
    EXPECT_FALSE(bats.ignore);
    EXPECT_EQ(bats.line, 29U);
    Traits traits;
    traits.tags = {"b", "a"};
    traits.depends_on = {"tests/first.sh"};
    traits.priority = 2;
    traits.network = Network::isolated;
    traits.exclusive = false;
    EXPECT_EQ(bats.traits, traits);

    const RunnerRule& data = project.runners[1];
    EXPECT_TRUE(data.ignore);
    EXPECT_EQ(data.patterns, (Strings{"tests/data/**", "*.md"}));
    EXPECT_EQ(data.protocol, Protocol::exit);
    EXPECT_EQ(data.skip_exit_codes, std::vector{77});
    EXPECT_EQ(data.traits, Traits{});
    EXPECT_EQ(data.line, 43U);
}

TEST(ProjectFile, HasOverridesAndSetups)
{
    const Project project = read(whole);
    ASSERT_EQ(project.overrides.size(), 1U);
    const Override& slow = project.overrides[0];
    EXPECT_EQ(slow.patterns, Strings{"tests/slow/**"});
    EXPECT_EQ(slow.protocol, Protocol::automatic);
    EXPECT_EQ(slow.skip_exit_codes, std::vector<int>{});
    EXPECT_EQ(slow.environment, Strings{"LC_ALL=C"});
    EXPECT_EQ(slow.line, 48U);
    Traits traits;
    traits.slow = true;
    traits.isolation = Apart::container;
    traits.ports = 2;
    traits.slots = 3;
    traits.groups = {"db"};
    traits.skip = "";
    traits.planned = "later";
    EXPECT_EQ(slow.traits, traits);

    ASSERT_EQ(project.setups.size(), 1U);
    const auto& database = project.setups[0];
    EXPECT_EQ(database.name, "database");
    EXPECT_EQ(database.patterns, Strings{"tests/db/**"});
    EXPECT_EQ(database.command, (Strings{"scripts/start-db", "{project}/x"}));
    EXPECT_EQ(database.teardown, Strings{"scripts/stop-db"});
    EXPECT_EQ(database.traits.limits.wall->value, 1min);
    EXPECT_EQ(database.line, 61U);
}

TEST(ProjectFile, OfNothingSaysNothing)
{
    for (const char* text : {"", "#", "\n\n", "[run]", "[run]\n[groups]\n[simple]\n[run.limits]", "runner = []\noverride = []\nsetup = []",
                             "\xef\xbb\xbf# with a byte order mark\r\n[run]\r\n"}) {
        const Project project = read(text);
        EXPECT_TRUE(project.run.empty() && project.runners.empty() && project.overrides.empty() && project.setups.empty()) << text;
        EXPECT_TRUE(project.paths.empty() && project.groups.empty() && project.simple_command.empty()) << text;
        EXPECT_EQ(project.traits, Traits{}) << text;
    }
}

TEST(ProjectFile, InTheConfigDirectoryIsOfTheDirectoryAbove)
{
    const Project project = read("[run]\noutput_dir = \"out/\"", "/home/a/p/.config/hutch.toml");
    EXPECT_EQ(project.directory, "/home/a/p");
    EXPECT_EQ(project.run, (RunDefaults{{"output_dir", "/home/a/p/out/"}}));
    EXPECT_EQ(read("", "/hutch.toml").directory, "/");
    EXPECT_EQ(read("[run]\nevents = \"x\"", "hutch.toml").run, (RunDefaults{{"events", "x"}}));
}

TEST(ProjectFile, HasLimitsInEverySpelling)
{
    struct Row {
        const char* text;
        Resource resource;
    };
    const Row rows[] = {
        {"memory = \"25%\"", Resource::memory},
        {"memory = 2147483648", Resource::memory},
        {"limits = { \"memory.max\" = \"2G\" }", Resource::memory},
        {"limits.memory.max = \"2G\"", Resource::memory},
        {"limits.\"memory.high\" = \"1G\"", Resource::memory_high},
        {"cpus = 1.5", Resource::cpu},
        {"cpus = \"150%\"", Resource::cpu},
        {"limits.\"cpu.max\" = \"150000 100000\"", Resource::cpu},
        {"pids = 64", Resource::pids},
        {"cpu_time = \"1m\"", Resource::cpu_time},
        {"limits.cpu_time = 60", Resource::cpu_time},
        {"timeout = 60", Resource::wall},
        {"limits.wall = \"1m\"", Resource::wall},
        {"io = \"wbps=1M\"", Resource::io},
        {"io = [\"wbps=1M\", \"/x rbps=1M\"]", Resource::io},
        {"limits.\"io.max\" = [\"wbps=1M\"]", Resource::io},
        {"limits.open_files = 100", Resource::open_files},
        {"limits.core_size = 0", Resource::core_size},
        {"limits.file_size = \"1M\"", Resource::file_size},
    };
    for (const Row& row : rows) {
        const Limits limits = read(fmt::format("[run]\n{}", row.text)).traits.limits;
        EXPECT_EQ(limited(limits), std::vector{row.resource}) << row.text;
        EXPECT_TRUE(asked_for(limits, row.resource)) << row.text;
        EXPECT_EQ(limits.profile, "") << row.text;
        EXPECT_TRUE(!limits.memory_max || limits.memory_max->value == Bytes{2} << 30) << row.text;
        EXPECT_TRUE(!limits.cpus || limits.cpus->value == 1.5) << row.text;
    }
    EXPECT_EQ(read("[run]\nio = [\"wbps=1M\", \"/x rbps=1M\"]").traits.limits.io->value.size(), 2U);
}

/// A table that has what its section needs, and one key more.
std::string with_key(const Section& section, const ProjectKey& key)
{
    const std::map<std::string_view, std::string_view> needed{{"name", "\"n\""}, {"match", "\"m\""}, {"command", "\"c\""}};
    std::string text = section.is_list ? fmt::format("[[{}]]\n", section.name) : fmt::format("[{}]\n", section.name);
    for (const std::string_view other : section.required) {
        text += other == key.name ? "" : fmt::format("{} = {}\n", other, needed.at(other));
    }
    const bool has_file = key.name == "command" && section.place == in_setup;
    return text + fmt::format("{} = {}\n", key.name, has_file ? "[\"x\"]" : key.example);
}

TEST(ProjectKeys, HaveExamplesThatAreGoodAndSaySomething)
{
    std::size_t count = 0;
    for (const Section& section : sections()) {
        for (const ProjectKey& key : project_keys()) {
            if ((key.places & section.place) == 0) {
                continue;
            }
            ++count;
            const std::string text = with_key(section, key);
            const auto project = section.place == in_user ? read_user_file(text, "u", ram) : read_project(text, "p", ram);
            ASSERT_TRUE(project) << text << project.error().message;
            EXPECT_FALSE(key.meaning.empty() || key.standard.empty()) << key.name;
        }
    }
    EXPECT_GT(count, 100U);
}

TEST(ProjectKeys, AreThereOnceInATableAndAreNoKeysElsewhere)
{
    for (const Section& section : sections()) {
        for (const ProjectKey& key : project_keys()) {
            const auto is_twin = [&](const ProjectKey& each) { return each.name == key.name && (each.places & section.place) != 0; };
            const auto twins = std::ranges::count_if(project_keys(), is_twin);
            EXPECT_LE(twins, 1) << section.label << " " << key.name;
            if (twins == 0 && section.place != in_groups && section.place != in_user) {
                EXPECT_FALSE(read_project(with_key(section, key), "p", ram)) << section.label << " " << key.name;
            }
        }
    }
}

TEST(ProjectFile, CutOffAnywhereIsAProjectOrAUsageError)
{
    const std::string text(whole);
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const auto project = read_project(text.substr(0, size), "p", ram);
        if (!project) {
            EXPECT_EQ(project.error().fault, Fault::usage);
            EXPECT_TRUE(project.error().message.starts_with("p:")) << project.error().message;
        }
    }
}

TEST(ProjectFile, NeedsNoMemorySizeForWhatHasNoPercentage)
{
    EXPECT_TRUE(read_project("[run]\nmemory = \"1G\"", "p", 0));
    const auto project = read_project("[run]\nmemory = \"10%\"", "p", 0);
    ASSERT_FALSE(project);
    EXPECT_EQ(project.error().message, "p:2:10: memory.max: size '10%': a percentage has no meaning here");
}

TEST(UserFile, IsBelowTheProject)
{
    const auto user = read_user_file("[run]\njobs = 2\nset = [\"a=1\", \"b=2\"]\noutput_dir = \"out\"\nprofile = \"fast\"\n"
                                     "memory = \"1G\"\ntimeout = 9\n[simple]\ncommand = \"s\"",
                                     "/u/config.toml", ram);
    ASSERT_TRUE(user) << user.error().message;
    EXPECT_EQ(user->file, "");
    EXPECT_EQ(user->directory, "");
    const Project project = over_user(read("[run]\njobs = 4\nset = \"c=3\"\nprofile = \"slow\"\ntimeout = 5"), *user);
    EXPECT_EQ(project.run, (RunDefaults{{"output_dir", "out"}, {"jobs", "4"}, {"set", "c=3"}}));
    EXPECT_EQ(project.traits.profile, "slow");
    EXPECT_EQ(project.traits.limits.wall->value, 5s);
    EXPECT_FALSE(project.traits.limits.memory_max) << "a profile that is named nearer replaces it";
    EXPECT_EQ(over_user(read("[run]\ntimeout = 5"), *user).traits.limits.memory_max->value, Bytes{1} << 30);
    EXPECT_EQ(project.simple_command, Strings{"s"});
    EXPECT_EQ(project.file, "/p/hutch.toml");
    EXPECT_EQ(over_user(read("[simple]\ncommand = \"p\""), *user).simple_command, Strings{"p"});
    EXPECT_EQ(over_user(read("[run]\njobs = 4"), Project{}).run, (RunDefaults{{"jobs", "4"}}));
}

TEST(Placeholders, AreReplaced)
{
    struct Row {
        std::string_view word, expanded;
    };
    const Row rows[] = {{"", ""},           {"a", "a"},          {"{file}", "<file>"},     {"--x={dir}/{name}", "--x=<dir>/<name>"},
                        {"{{", "{"},        {"{{file}", "{file}"}, {"{{{file}}", "{<file>}"}, {"}", "}"},
                        {"a}b{{c}}", "a}b{c}}"}, {"{project}{project}", "<project><project>"}};
    for (const Row& row : rows) {
        const auto expanded = expand_placeholders(row.word, runner_placeholders(),
                                                  [](std::string_view name) { return fmt::format("<{}>", name); });
        ASSERT_TRUE(expanded) << row.word;
        EXPECT_EQ(*expanded, row.expanded);
    }
    for (const std::string_view word : {"{", "{file", "{}", "{ file}", "{File}", "x{y}z", "{{{", "{file}{"}) {
        EXPECT_FALSE(expand_placeholders(word, runner_placeholders(), [](std::string_view) { return ""; })) << word;
    }
}

TEST(TraitValues, AreReadFromText)
{
    EXPECT_EQ(priority_value("P0"), 0U);
    EXPECT_EQ(priority_value("p3"), 3U);
    EXPECT_EQ(label_value("a-Z_0.:/+"), "a-Z_0.:/+");
    EXPECT_EQ(label_value(std::string(64, 'x')), std::string(64, 'x'));
    EXPECT_EQ(retries_value("100"), 100U);
    EXPECT_EQ(ports_value("1"), 1U);
    EXPECT_EQ(slots_value("4096"), 4096U);
    EXPECT_EQ(delay_value("1d"), 24h);
    EXPECT_EQ(isolation_value("none"), Apart::none);
    EXPECT_EQ(isolation_value("process"), Apart::process);
    EXPECT_EQ(isolation_value("container"), Apart::container);
    for (const std::string_view word : network_words) {
        EXPECT_EQ(to_string(*network_value(word)), word);
    }
    for (const std::string_view word : protocol_words) {
        EXPECT_EQ(to_string(*protocol_value(word)), word);
    }
    EXPECT_EQ(profile_value("critical"), "critical");
    EXPECT_EQ(policy_value("policies/x.toml"), "policies/x.toml");
    EXPECT_EQ(reason_value(""), "");
    EXPECT_FALSE(priority_value("P"));
    EXPECT_FALSE(priority_value("P00"));
    EXPECT_FALSE(priority_value("0"));
    EXPECT_FALSE(label_value(std::string(65, 'x')));
    EXPECT_FALSE(label_value(std::string_view("a\0b", 3)));
    EXPECT_FALSE(retries_value("1 "));
    EXPECT_FALSE(retries_value("+1"));
    EXPECT_FALSE(ports_value(""));
    EXPECT_FALSE(slots_value("0"));
    EXPECT_FALSE(delay_value("25h"));
    EXPECT_FALSE(isolation_value("Process"));
    EXPECT_FALSE(network_value("isolated"));
    EXPECT_FALSE(dependency_value(std::string(4096, 'x')));
}

} // namespace
} // namespace hutch::config

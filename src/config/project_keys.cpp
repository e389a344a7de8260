// See project_keys.h.
#include "config/project_keys.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "config/limit_options.h"
#include "config/project_setters.h"
#include "config/trait_values.h"

namespace hutch::config {
namespace {

using Kind = ValueKind;
using Words = std::array<std::string_view, 2>;

constexpr Words leaks{"report", "fail"}, flakies{"pass", "fail"}, no_tests{"fail", "pass"};
constexpr std::array<std::string_view, 3> colours{"auto", "always", "never"};
constexpr std::array<std::string_view, 4> enforcements{"auto", "required", "if-available", "off"};
constexpr std::array<std::string_view, 4> managers{"auto", "systemd", "cgroupfs", "none"};

constexpr Places everybody_run = in_run | in_user;
constexpr Places limited = everybody_run | in_runner | in_override | in_setup; ///< limits, profile, policy
constexpr Places run_too = everybody_run | in_runner | in_override;
constexpr Places per_test = in_runner | in_override;
constexpr std::string_view label_range = "1 to 64 letters, digits, - _ . : / +";

constexpr ProjectKey flag(std::string_view name, Kind kind, std::string_view range, std::string_view standard,
                          std::string_view example, std::string_view meaning)
{
    return {name, everybody_run, kind, range, standard, example, meaning, set_flag};
}

constexpr ProjectKey number(std::string_view name, std::int64_t least, std::string_view standard,
                            std::string_view example, std::string_view meaning)
{
    return {name, everybody_run, Kind::number, "", standard, example, meaning, set_flag, {}, least};
}

constexpr ProjectKey word(std::string_view name, std::span<const std::string_view> words, std::string_view standard,
                          std::string_view example, std::string_view meaning)
{
    return {name, everybody_run, Kind::word, "", standard, example, meaning, set_flag, words};
}

constexpr ProjectKey limit(std::string_view name, std::string_view range, std::string_view kernel_name,
                           std::string_view example, std::string_view meaning)
{
    return {name, limited, Kind::limit, range, "the profile's", example, meaning, set_limit, {}, 0, INT64_MAX, kernel_name};
}

constexpr ProjectKey count(std::string_view name, Places places, std::int64_t least, std::int64_t most,
                           std::string_view standard, std::string_view example, std::string_view meaning,
                           Draft (*set)(TableDraft, const TomlNode&, const KeyContext&))
{
    return {name, places, Kind::number, "", standard, example, meaning, set, {}, least, most};
}

/// [groups] has names of the user's choice: the row says what they are, read_groups() reads them.
Draft set_nothing(TableDraft draft, const TomlNode&, const KeyContext&)
{
    return draft;
}

// clang-format off
constexpr std::array table{
    // defaults of `hutch run`
    ProjectKey{"paths", in_run, Kind::texts, "below the project's directory", "[\".\"]", R"(["tests"])", "Where tests are looked for when the command line names nothing.", set_paths},
    number("jobs", 1, "allowed CPUs less one", "4", "Tests at a time."),
    number("max_fail", 1, "–", "5", "Start nothing more after so many failures."),
    flag("fail_fast", Kind::boolean, "", "false", "true", "Start nothing more after the first failure."),
    word("leak", leaks, "report", R"("fail")", "What a pass that left processes behind is."),
    word("no_tests", no_tests, "fail", R"("pass")", "What a run without any test is."),
    flag("capture", Kind::size, "a size", "1M", R"("256K")", "How much of each stream of a test is kept, half of it from the beginning, half from the end."),
    flag("output_dir", Kind::path, "a directory", "–", R"("build/output")", "The whole output of every test is kept in files there."),
    flag("events", Kind::path, "a file, or - for standard output", "–", R"("build/events.jsonl")", "What happens is written there, a JSON object a line."),
    word("color", colours, "auto", R"("never")", "Colours on the terminal."),
    flag("quiet", Kind::boolean, "", "false", "true", "Only failures and the summary are shown."),
    word("isolation", enforcements, "auto", R"("required")", "What a limit that cannot be enforced is: docs/isolation.md."),
    word("cgroup_manager", managers, "auto", R"("cgroupfs")", "Who makes the cgroups."),
    word("flaky", flakies, "pass", R"("fail")", "What a test is that passed only when it was tried again."),
    flag("shuffle", Kind::boolean, "", "false", "true", "Tests start in a random order."),
    number("seed", 0, "random", "42", "Of that order."),
    flag("slow", Kind::boolean, "", "false", "true", "Slow tests are run, too."),
    flag("stall_timeout", Kind::duration, "a duration; 0: off", "300s", R"("10m")", "A run in which no test finishes for so long is stopped."),
    flag("memory_budget", Kind::size, "a size, or a percentage of the machine's", "80%", R"("80%")", "What the tests that run at the same time may have together."),
    flag("grace", Kind::duration, "a duration", "5s", R"("2s")", "Between SIGTERM and SIGKILL."),
    flag("set", Kind::texts, "KEY=VALUE of a policy", "–", R"(["files.tmp=2G"])", "Keys of the policy are changed."),

    // what a test may use, and see
    ProjectKey{"profile", limited, Kind::word, "fast, standard, slow, intensive, critical", "standard", R"("slow")", "The limits that nothing else sets.", set_profile},
    ProjectKey{"policy", limited, Kind::text, "a name, or a file", "trusted", R"("default")", "What a test may see and do.", set_policy},
    ProjectKey{"limits", limited, Kind::limits, "the names of --limit", "–", R"({ "memory.max" = "1G" })", "Limits by the kernel's names.", set_limits},
    limit("timeout", "a duration, at least 1ms", "wall", R"("2m")", "Wall clock."),
    limit("memory", "a size, or a percentage of the machine's, at least 1M", "memory.max", R"("512M")", "Memory of all its processes together."),
    limit("cpus", "0.01 to 8192, or a percentage", "cpu.max", "1.5", "CPUs that it may use."),
    limit("pids", "1 to 4194304", "pids.max", "64", "Processes and threads at a time."),
    limit("cpu_time", "a duration, at least 1ms", "cpu_time", R"("30s")", "CPU time of all its processes together."),
    limit("io", "as of --io; a list has one for each disk", "io.max", R"(["wbps=10M", "/scratch riops=1000"])", "Disk bandwidth and operations."),

    // what a test is
    count("retries", run_too, 0, most_retries, "0", "2", "Further attempts after a failure.", set_retries),
    ProjectKey{"retry_delay", run_too, Kind::duration, "a duration of at most a day", "0", R"("500ms")", "Before each of them.", set_retry_delay},
    ProjectKey{"network", run_too, Kind::word, "", "the policy's", R"("none")", "Which network it sees, whatever the policy says.", set_test_network, network_words},
    ProjectKey{"isolation", per_test, Kind::word, "", "the run's", R"("process")", "How far it is kept apart: docs/metadata.md.", set_isolation, isolation_words},
    ProjectKey{"priority", per_test, Kind::word, "P0, P1, P2, P3", "–", R"("P0")", "P0 starts first.", set_priority},
    ProjectKey{"tags", per_test, Kind::texts, label_range, "–", R"(["smoke", "db"])", "For filters.", set_tags},
    ProjectKey{"depends_on", per_test, Kind::texts, "paths, or names of tests", "–", R"(["tests/setup.sh"])", "These have passed before it starts.", set_depends_on},
    count("ports", per_test, 1, most_ports, "–", "2", "Free TCP ports that it is given.", set_ports),
    ProjectKey{"exclusive", per_test, Kind::boolean, "", "false", "true", "Nothing else runs beside it.", set_exclusive},
    count("slots", per_test, 1, most_slots, "1", "2", "Workers that it takes.", set_slots),
    ProjectKey{"groups", per_test, Kind::texts, label_range, "–", R"("db")", "At most so many of a group run at a time as [groups] says, else one.", set_groups},
    ProjectKey{"skip", per_test, Kind::reason, "one line of at most 500 bytes", "–", R"("needs a printer")", "It is not run, for this reason.", set_skip},
    ProjectKey{"planned", per_test, Kind::reason, "one line of at most 500 bytes", "–", "true", "It is not written yet: not run, counted apart.", set_planned},
    ProjectKey{"slow", per_test, Kind::boolean, "", "false", "true", "It is left out unless it is asked for.", set_slow},

    // which files are tests, and how they are run
    ProjectKey{"name", in_runner | in_setup, Kind::text, label_range, "needed", R"("bats")", "Its name, which no other has.", set_name},
    ProjectKey{"match", in_runner | in_override | in_setup, Kind::patterns, "patterns of paths", "needed", R"(["*.bats", "tests/**/*.sh"])", "What it is for: of a runner, paths of files below the project's directory; of the others, names of tests.", set_match},
    ProjectKey{"command", in_simple | in_runner | in_setup, Kind::command, "a program and its arguments", "the file itself; needed in [[setup]]", R"(["bats", "--tap", "{file}"])", "What is executed.", set_command},
    ProjectKey{"teardown", in_setup, Kind::command, "a program and its arguments", "–", R"(["scripts/stop-db"])", "What is executed after the last of its tests.", set_teardown},
    ProjectKey{"protocol", per_test, Kind::word, "", "exit", R"("tap")", "How a test tells what became of its cases.", set_protocol, protocol_words},
    ProjectKey{"skip_exit_codes", per_test, Kind::codes, "1 to 255", "[77]", "[77, 4]", "Exit codes that mean: skipped.", set_skip_exit_codes},
    ProjectKey{"environment", per_test, Kind::variables, "names without =", "–", R"({ LANG = "C" })", "Variables that it has beside the inherited ones.", set_environment},
    ProjectKey{"executable", in_runner, Kind::boolean, "", "false", "true", "Only files with the x bit are meant.", set_executable},
    ProjectKey{"ignore", in_runner, Kind::boolean, "", "false", "true", "Such files are no tests.", set_ignore},

    count("NAME", in_groups, 1, most_slots, "1", "2", "So many tests of the group NAME run at a time.", set_nothing),
};
// clang-format on

std::vector<std::string_view> names_in(Places place)
{
    std::vector<std::string_view> names;
    for (const ProjectKey& key : table) {
        if ((key.places & place) != 0) {
            names.push_back(key.name);
        }
    }
    return names;
}

/// "Retry-Delay" is retry_delay.
std::string as_key(std::string_view name)
{
    std::string key = base::to_lower(name);
    std::ranges::replace(key, '-', '_');
    return key;
}

/// "[[runner]], [simple]": where the key is one.
std::string homes_of(std::string_view name)
{
    std::vector<std::string_view> labels;
    for (const Section& section : sections()) {
        if (find_project_key(name, section.place) != nullptr && section.place != in_user) {
            labels.push_back(section.label);
        }
    }
    return base::join(labels, ", ");
}

} // namespace

std::span<const Section> sections()
{
    static const std::array all{
        Section{"run", in_run, false, "[run]", "Defaults of `hutch run`; a flag on the command line wins.", {}},
        Section{"run", in_user, false, "[run] of the user's file", "", {}},
        Section{"groups", in_groups, false, "[groups]", "How many tests of a group run at a time.", {}},
        Section{"simple", in_simple, false, "[simple]", "How specs of the Simple language are run.", {}},
        Section{"runner", in_runner, true, "[[runner]]", "Which files are tests and how they are run.", {"name", "match"}},
        Section{"override", in_override, true, "[[override]]", "What is said of all tests that fit a pattern.", {"match"}},
        Section{"setup", in_setup, true, "[[setup]]", "A command before the first of its tests.", {"name", "match", "command"}},
    };
    return all;
}

std::string_view type_of(const ProjectKey& key)
{
    switch (key.kind) {
    case Kind::boolean:
        return "boolean";
    case Kind::number:
        return "whole number";
    case Kind::word:
    case Kind::text:
    case Kind::path:
        return "string";
    case Kind::texts:
    case Kind::patterns:
    case Kind::command:
        return "string or list of strings";
    case Kind::duration:
    case Kind::size:
        return "string or number";
    case Kind::limit:
        return key.limit == "io.max" ? "string or list of strings" : "string or number";
    case Kind::limits:
        return "table of limits";
    case Kind::reason:
        return "string or true";
    case Kind::codes:
        return "list of whole numbers";
    case Kind::variables:
        return "table of strings";
    }
    return "";
}

std::span<const ProjectKey> project_keys()
{
    return table;
}

const ProjectKey* find_project_key(std::string_view name, Places place)
{
    const auto is_it = [&](const ProjectKey& key) { return key.name == name && (key.places & place) != 0; };
    const auto found = std::ranges::find_if(table, is_it);
    return found == table.end() ? nullptr : &*found;
}

std::string range_of(const ProjectKey& key)
{
    if (!key.range.empty()) {
        return std::string(key.range);
    }
    if (key.kind == Kind::number) {
        return key.most == INT64_MAX ? fmt::format("{} and more", key.least) : fmt::format("{} to {}", key.least, key.most);
    }
    return base::join(key.words, ", ");
}

std::unexpected<Complaint> unknown_project_key(const TomlEntry& entry, const Section& section)
{
    constexpr std::size_t longest_shown = 60;
    const std::string message = fmt::format("unknown key '{}.{}'", section.name, entry.key.substr(0, longest_shown));
    if (const std::string homes = homes_of(entry.key); !homes.empty()) {
        return complain(entry.at, message,
                        fmt::format("it is a key of {}{}", homes, section.place == in_user ? " of a project's hutch.toml" : ""));
    }
    const auto limits = limit_keys();
    if (std::ranges::find(limits, entry.key) != limits.end()) {
        return complain(entry.at, message, fmt::format("limits = {{ \"{}\" = … }}", entry.key));
    }
    const std::vector<std::string_view> known = names_in(section.place);
    const auto near = base::nearest(as_key(entry.key), known);
    return complain(entry.at, message,
                    near ? fmt::format("did you mean '{}'?", *near) : fmt::format("known: {}", base::join(known, ", ")));
}

} // namespace hutch::config

// See runners.h.
#include "discover/runners.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/glob.h"

namespace hutch::discover
{
namespace
{

using Words = std::vector<std::string>;

Runner builtin(std::string name, Words patterns, Start start, Words command, Protocol protocol)
{
    config::RunnerRule rule;
    rule.name = std::move(name);
    rule.patterns = std::move(patterns);
    rule.command = std::move(command);
    rule.protocol = protocol;
    return {.rule = std::move(rule), .start = start};
}

Runner executables(Runner runner)
{
    runner.rule.executable_only = true;
    return runner;
}

Runner named(Runner runner)
{
    runner.named_only = true;
    return runner;
}

/// $SIMPLE_BINARY, the project file's, the project's own bin/simple, or what PATH has.
Words simple_command(const config::Project& project, const std::string& binary)
{
    if (!binary.empty()) {
        return {binary, "run", "{file}"};
    }
    if (!project.simple_command.empty()) {
        return project.simple_command;
    }
    const std::string own = project.directory + "/bin/simple";
    return {base::exists(own) ? own : "simple", "run", "{file}"};
}

std::vector<Runner> builtin_table(const config::Project& project, const std::string& simple_binary)
{
    const Words shell_tests{"test_*.sh", "test-*.sh", "*_test.sh", "*-test.sh", "*.test.sh"};
    // What a shell script needs is in its first line: bash written under #!/bin/bash is no program for sh. Python's line
    // often names an interpreter that is not there any more ("python").
    return {
        builtin("simple", {"*_spec.spl", "*_test.spl"}, Start::command, simple_command(project, simple_binary), Protocol::spl),
        builtin("bats", {"*.bats"}, Start::command, {"bats", "--tap", "{file}"}, Protocol::tap),
        builtin("perl", {"*.t"}, Start::hash_bang, {"perl"}, Protocol::tap),
        executables(builtin("tap", {"**/t/*"}, Start::itself, {}, Protocol::tap)),
        builtin("python", {"test_*.py", "*_test.py"}, Start::python, {"python3"}, Protocol::exit),
        executables(builtin("executable", {"*"}, Start::itself, {}, Protocol::automatic)),
        builtin("shell", shell_tests, Start::hash_bang, {"sh"}, Protocol::automatic),
        named(builtin("sh", {"*.sh"}, Start::hash_bang, {"sh"}, Protocol::automatic)),
        named(builtin("bash", {"*.bash"}, Start::hash_bang, {"bash"}, Protocol::automatic)),
        named(builtin("py", {"*.py"}, Start::python, {"python3"}, Protocol::exit)),
        named(builtin("pl", {"*.pl"}, Start::hash_bang, {"perl"}, Protocol::automatic)),
    };
}

} // namespace

std::vector<Runner> runner_table(const config::Project& project, const std::string& simple_binary)
{
    std::vector<Runner> table;
    std::set<std::string_view> own;
    for (const config::RunnerRule& rule : project.runners) {
        table.push_back({.rule = rule, .start = rule.command.empty() ? Start::itself : Start::command});
        own.insert(rule.name);
    }
    for (Runner& row : builtin_table(project, simple_binary)) {
        if (!own.contains(row.rule.name)) {
            table.push_back(std::move(row));
        }
    }
    return table;
}

const Runner* find_runner(const std::vector<Runner>& table, std::string_view path, bool executable, bool named)
{
    const auto fits = [&](const Runner& row) {
        return (executable || !row.rule.executable_only) && (named ? !row.rule.ignore : !row.named_only) &&
               std::ranges::any_of(row.rule.patterns,
                                   [&](const std::string& pattern) { return base::glob_matches(pattern, path); });
    };
    const auto found = std::ranges::find_if(table, fits);
    return found != table.end() ? &*found : nullptr;
}

} // namespace hutch::discover

// The runner table: what docs/discovery.md says is what is built in, and the first row that fits is the file's.
#include "discover/runners.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "unit/base/doc_table.h"
#include "unit/discover/tree.h"

namespace hutch::discover
{
namespace
{

using Words = std::vector<std::string>;

config::Project nowhere()
{
    config::Project project;
    project.directory = "/nowhere";
    project.file = "/nowhere/hutch.toml";
    return project;
}

std::string how(const Runner& row)
{
    switch (row.start) {
    case Start::itself:
        return "itself";
    case Start::hash_bang:
        return fmt::format("itself, else by its `#!` line, else `{}`", row.rule.command.at(0));
    case Start::python:
        return "by what its text tells";
    case Start::command:
        break;
    }
    return base::join(row.rule.command, " ");
}

TEST(Runners, TheDocumentHasTheTable)
{
    std::vector<Words> expected;
    for (const Runner& row : runner_table(nowhere())) {
        EXPECT_EQ(row.rule.line, 0u);
        EXPECT_FALSE(row.rule.ignore);
        EXPECT_EQ(row.rule.skip_exit_codes, std::vector<int>{77});
        EXPECT_EQ(row.rule.traits, Traits());
        const std::string only = row.rule.executable_only ? "x bit" : row.named_only ? "named" : "";
        expected.push_back({row.rule.name, base::join(row.rule.patterns, " "), only, how(row), std::string(to_string(row.rule.protocol))});
    }
    EXPECT_EQ(test::doc_rows("discovery.md", "runners"), expected);
}

std::string row_of(std::string_view path, bool executable, bool named, const config::Project& project = nowhere())
{
    const auto table = runner_table(project);
    const Runner* row = find_runner(table, path, executable, named);
    return row == nullptr ? "-" : row->rule.name;
}

TEST(Runners, TheFirstRowThatFits)
{
    const struct {
        std::string_view path;
        bool executable;
        std::string_view below, named;
    } rows[] = {
        {"a/b_spec.spl", false, "simple", "simple"},   {"b_test.spl", true, "simple", "simple"},
        {"b.spl", false, "-", "-"},                    {"b.spl", true, "executable", "executable"},
        {"x.bats", false, "bats", "bats"},             {"x.bats", true, "bats", "bats"},
        {"t/basic.t", false, "perl", "perl"},          {"t/basic.t", true, "perl", "perl"},
        {"t/run", true, "tap", "tap"},                 {"a/t/run", true, "tap", "tap"},
        {"t/run", false, "-", "-"},                    {"t/a/run", true, "executable", "executable"},
        {"at/run", true, "executable", "executable"},  {"test_a.py", false, "python", "python"},
        {"a_test.py", true, "python", "python"},       {"test_a.pyc", false, "-", "-"},
        {"conftest.py", false, "-", "py"},             {"tool.py", true, "executable", "executable"},
        {"test_a.sh", false, "shell", "shell"},        {"test-a.sh", false, "shell", "shell"},
        {"a_test.sh", false, "shell", "shell"},        {"a-test.sh", false, "shell", "shell"},
        {"a.test.sh", false, "shell", "shell"},        {"test_a.sh", true, "executable", "executable"},
        {"atest.sh", false, "-", "sh"},                {"lib.sh", false, "-", "sh"},
        {"lib.bash", false, "-", "bash"},              {"x.pl", false, "-", "pl"},
        {"Makefile", false, "-", "-"},                 {"", false, "-", "-"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(row_of(row.path, row.executable, false), row.below) << row.path << ' ' << row.executable;
        EXPECT_EQ(row_of(row.path, row.executable, true), row.named) << row.path << ' ' << row.executable << " named";
    }
}

config::RunnerRule rule(std::string name, std::string pattern)
{
    config::RunnerRule made;
    made.name = std::move(name);
    made.patterns = {std::move(pattern)};
    made.line = 3;
    return made;
}

TEST(Runners, TheProjectsRowsComeFirstAndReplaceByName)
{
    config::Project project = nowhere();
    project.runners = {rule("mine", "*.bats"), rule("python", "check_*.py")};
    EXPECT_EQ(row_of("x.bats", false, false, project), "mine");
    EXPECT_EQ(row_of("check_x.py", false, false, project), "python");
    EXPECT_EQ(row_of("test_x.py", false, false, project), "-") << "the built-in row is gone as a whole";
    EXPECT_EQ(row_of("test_x.py", false, true, project), "py");
    EXPECT_EQ(runner_table(project).size(), runner_table(nowhere()).size() + 1);
    EXPECT_EQ(runner_table(project).at(0).start, Start::itself) << "without a command";
}

TEST(Runners, WhatIsNoTestIsOneAllTheSameWhenItIsNamed)
{
    config::Project project = nowhere();
    project.runners = {rule("helpers", "lib/**")};
    project.runners[0].ignore = true;
    EXPECT_EQ(row_of("lib/test_a.sh", false, false, project), "helpers") << "and it says: no test";
    EXPECT_EQ(row_of("lib/test_a.sh", false, true, project), "shell");
    EXPECT_EQ(row_of("lib/data", false, true, project), "-");
}

TEST(Runners, WhereSimpleIs)
{
    const auto simple = [](const config::Project& project, const std::string& binary) {
        return runner_table(project, binary).front().rule.command;
    };
    Tree tree;
    config::Project project = nowhere();
    EXPECT_EQ(simple(project, ""), (Words{"simple", "run", "{file}"}));
    project.directory = tree.path();
    tree.file("bin/simple");
    EXPECT_EQ(simple(project, ""), (Words{tree / "bin/simple", "run", "{file}"}));
    project.simple_command = {"tools/simple", "test"};
    EXPECT_EQ(simple(project, ""), (Words{"tools/simple", "test"}));
    EXPECT_EQ(simple(project, "/opt/simple"), (Words{"/opt/simple", "run", "{file}"}));
}

} // namespace
} // namespace hutch::discover

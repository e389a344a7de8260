// See make_test.h. The order of precedence (L-7), from below: [run] of the project file, the row of the runner table, overrides in
// their order, marks in the file, its comment lines. The command line comes on top of all, later (cli/).
#include "discover/make_test.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/glob.h"
#include "base/text.h"
#include "config/metadata.h"
#include "config/traits.h"
#include "discover/command_words.h"
#include "discover/hash_bang.h"
#include "discover/python_kind.h"
#include "protocol/spl.h"

namespace hutch::discover
{
namespace
{

std::string explain(const Runner& runner, const config::Project& project)
{
    const std::string row = runner.rule.line == 0 ? fmt::format("built-in runner '{}'", runner.rule.name)
                                                  : fmt::format("runner '{}' of {}:{}", runner.rule.name, project.file, runner.rule.line);
    return fmt::format("{} ({})", row, base::join(runner.rule.patterns, ", "));
}

/// What marks in a Simple spec's text say.
Traits marked(std::string_view head)
{
    const protocol::SplMarks marks = protocol::read_spl_marks(head);
    Traits traits;
    if (marks.slow) {
        traits.slow = true;
    }
    traits.tags = marks.tags;
    traits.skip = marks.skip;
    traits.planned = marks.planned;
    return traits;
}

/// A test that calls itself slow has the limits of one, unless it names others.
Traits with_slow_profile(Traits traits, const Traits& own)
{
    if (own.slow.value_or(false)) {
        traits = config::overlaid(std::move(traits), Traits{.profile = "slow"});
    }
    return traits;
}

void add_environment(TestFile& file, const std::vector<std::string>& variables)
{
    file.environment.insert(file.environment.end(), variables.begin(), variables.end());
}

} // namespace

struct TestMaker::Patterns {
    const Runner& runner;
    std::vector<std::size_t> key; ///< the row, then the overrides
    std::vector<const config::Override*> overrides;
};

TestMaker::TestMaker(const config::Project& project, const std::string& simple_binary, Bytes ram)
    : project_(project), table_(runner_table(project, simple_binary)), ram_(ram)
{
}

std::string_view TestMaker::below_project(std::string_view path) const
{
    const std::string& directory = project_.directory;
    const bool below = path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
    return below && directory != "/" ? path.substr(directory.size() + 1) : path;
}

bool TestMaker::is_test(const std::string& path, bool executable) const
{
    const Runner* runner = find_runner(table_, below_project(path), executable, false);
    return runner != nullptr && !runner->rule.ignore;
}

Result<std::optional<TestFile>> TestMaker::make(Candidate candidate)
{
    const Runner* runner = find_runner(table_, below_project(candidate.path), candidate.executable, candidate.named);
    if (runner == nullptr || runner->rule.ignore) {
        return std::nullopt;
    }
    const std::string_view head = head_.read(candidate.path);
    TestFile file;
    file.name = std::move(candidate.name);
    file.path = std::move(candidate.path);
    file.protocol = runner->rule.protocol;
    file.exit.skip_codes = runner->rule.skip_exit_codes;
    file.why = explain(*runner, project_);
    start(file, *runner, candidate.executable, head);
    const Patterns patterns = patterns_of(*runner, below_project(file.path));
    add_environment(file, runner->rule.environment);
    for (const config::Override* each : patterns.overrides) {
        add_environment(file, each->environment);
        file.protocol = each->protocol.value_or(file.protocol);
        file.exit.skip_codes = each->skip_exit_codes.value_or(file.exit.skip_codes);
        file.why += fmt::format("; override of {}:{}", project_.file, each->line);
    }
    file.traits = traits_of(patterns);
    const std::string_view text = is_binary(head) ? std::string_view() : head;
    const Traits marks = runner->rule.protocol == Protocol::spl ? marked(text) : Traits();
    auto said = config::read_metadata(text.substr(0, config::metadata_head), file.name, ram_);
    if (!said) {
        return std::unexpected(std::move(said.error()));
    }
    const Traits own = config::overlaid(marks, *said);
    if (own != Traits()) {
        file.traits = std::make_shared<const Traits>(config::overlaid(with_slow_profile(*file.traits, own), own));
        file.why += "; its own comment lines";
    }
    return file;
}

void TestMaker::start(TestFile& file, const Runner& runner, bool executable, std::string_view head) const
{
    const auto add_file = [&](std::vector<std::string> command) {
        command.push_back(file.path);
        file.command = std::move(command);
    };
    switch (runner.start) {
    case Start::itself:
        file.command = {file.path};
        return;
    case Start::hash_bang:
        if (executable) {
            file.command = {file.path};
        } else {
            add_file(parse_hash_bang(head).value_or(runner.rule.command));
        }
        return;
    case Start::python:
        start_python(file, python_kind(head), executable);
        return;
    case Start::command:
        break;
    }
    file.command = fill_command(runner.rule.command, {.file = file.path, .project = project_.directory});
    return;
}

TestMaker::Patterns TestMaker::patterns_of(const Runner& runner, std::string_view name) const
{
    Patterns patterns{.runner = runner, .key = {static_cast<std::size_t>(&runner - table_.data())}, .overrides = {}};
    for (std::size_t i = 0; i < project_.overrides.size(); ++i) {
        const config::Override& each = project_.overrides[i];
        if (std::ranges::any_of(each.patterns, [&](const std::string& pattern) { return base::glob_matches(pattern, name); })) {
            patterns.key.push_back(i);
            patterns.overrides.push_back(&each);
        }
    }
    return patterns;
}

TestMaker::Shared TestMaker::traits_of(const Patterns& patterns)
{
    Shared& known = known_[patterns.key];
    if (!known) {
        Traits traits = config::overlaid(project_.traits, patterns.runner.rule.traits);
        for (const config::Override* each : patterns.overrides) {
            traits = config::overlaid(std::move(traits), each->traits);
        }
        known = traits == Traits() ? nothing_said() : std::make_shared<const Traits>(std::move(traits));
    }
    return known;
}

} // namespace hutch::discover

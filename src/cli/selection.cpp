#include "cli/selection.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/glob.h"
#include "cli/environment.h"
#include "cli/limit_flags.h"
#include "config/traits.h"
#include "discover/discover.h"
#include "discover/suites.h"
#include "protocol/expressions.h"

namespace hutch::cli {

namespace {

std::string absolute(const std::string& path, const std::string& directory)
{
    return path.starts_with('/') ? path : directory + "/" + path;
}

std::vector<std::string> paths_of(const SelectionSettings& settings, const config::Project& project)
{
    if (!settings.paths.empty()) {
        return settings.paths;
    }
    if (project.paths.empty()) {
        return {"."};
    }
    std::vector<std::string> paths;
    std::ranges::transform(project.paths, std::back_inserter(paths),
                           [&](const std::string& path) { return absolute(path, project.directory); });
    return paths;
}

/// What tests depend on may lie where nobody looked for tests.
Result<void> add_missing(std::vector<TestFile>& all, const discover::DiscoverOptions& options)
{
    std::vector<std::string> tried;
    for (auto missing = discover::missing_dependencies(all); !missing.empty(); missing = discover::missing_dependencies(all)) {
        bool any = false;
        for (const discover::Missing& each : missing) {
            const bool is_new = std::ranges::find(tried, each.dependency) == tried.end();
            if (!is_new || !base::exists(each.dependency)) {
                continue;
            }
            tried.push_back(each.dependency);
            auto found = discover::discover(std::vector{each.dependency}, options);
            if (!found) {
                found.error().message = fmt::format("{}: depends on: {}", all[each.test].name, found.error().message);
                return std::unexpected(std::move(found.error()));
            }
            any = any || !found->empty();
            std::ranges::move(*found, std::back_inserter(all));
        }
        if (!any) {
            break; // select() will say which are not there
        }
    }
    return {};
}

struct Files {
    std::vector<TestFile> all;
    std::size_t looked_for = 0; ///< the rest are dependencies of these
};

Result<Files> find_files(const SelectionSettings& settings, const config::Project& project, const std::string& cwd)
{
    const discover::DiscoverOptions options{
        .cwd = cwd, .project = project, .simple_binary = environment_variable("SIMPLE_BINARY"), .ram = machine_memory()};
    auto all = discover::discover(paths_of(settings, project), options);
    if (!all) {
        return std::unexpected(std::move(all.error()));
    }
    const std::size_t found = all->size();
    if (auto added = add_missing(*all, options); !added) {
        return std::unexpected(std::move(added.error()));
    }
    return Files{.all = *std::move(all), .looked_for = found};
}

/// What the project file says of tests by name is the user's own word, over the suite's.
void lay_overrides(std::vector<TestFile>& tests, const config::Project& project)
{
    for (TestFile& test : tests) {
        for (const config::Override& each : project.overrides) {
            const auto fits = [&](const std::string& pattern) { return base::glob_matches(pattern, test.name); };
            if (!std::ranges::any_of(each.patterns, fits)) {
                continue;
            }
            test.traits = std::make_shared<const Traits>(config::overlaid(*test.traits, each.traits));
            test.environment.insert(test.environment.end(), each.environment.begin(), each.environment.end());
            test.why += fmt::format("; override of {}:{}", project.file, each.line);
        }
    }
}

Result<discover::Suite> find_suite(const SelectionSettings& settings, const std::string& cwd)
{
    const bool is_ctest = !settings.ctest.empty();
    const std::string build = absolute(is_ctest ? settings.ctest : settings.meson, cwd);
    auto suite = is_ctest ? discover::ctest_suite(build, settings.build_config) : discover::meson_suite(build);
    if (suite && is_ctest) {
        for (TestFile& test : suite->tests) {
            for (auto* patterns : {&test.exit.skip_if, &test.exit.fail_if, &test.exit.pass_if}) {
                std::ranges::transform(*patterns, patterns->begin(), [](const std::string& each) { return protocol::from_kwsys(each); });
            }
        }
    }
    return suite;
}

std::string plural(std::size_t count, std::string_view one)
{
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

void add_notices(Selected& selected, const SelectionSettings& settings)
{
    const discover::Selection& selection = selected.selection;
    if (settings.default_filter && selection.slow_left_out > 0) {
        selected.notices.push_back(fmt::format("{} left out; --all takes them in", plural(selection.slow_left_out, "slow test")));
    }
    if (settings.shard.total > 1) {
        selected.notices.push_back(fmt::format("part {} of {} ({}): {} in other parts", settings.shard.index, settings.shard.total,
                                               settings.shard_source, plural(selection.other_shards, "test")));
    }
    if (selection.pulled_in > 0) {
        selected.notices.push_back(
            fmt::format("{} pulled in, because others depend on them; --no-dependencies leaves them out", plural(selection.pulled_in, "test")));
    }
}

/// Bazel wants to see that somebody has read its variables.
void touch_shard_status_file(const SelectionSettings& settings)
{
    const std::string file = environment_variable("TEST_SHARD_STATUS_FILE");
    if (settings.shard_source == "TEST_SHARD_INDEX" && !file.empty()) {
        (void)base::open_file(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    }
}

} // namespace

Result<Selected> select_tests(const SelectionSettings& settings, const config::Project& project, const std::string& cwd, const LastOf& last)
{
    Selected selected;
    Files files;
    if (!settings.ctest.empty() || !settings.meson.empty()) {
        auto suite = find_suite(settings, cwd);
        if (!suite) {
            return std::unexpected(std::move(suite.error()));
        }
        files.all = std::move(suite->tests);
        lay_overrides(files.all, project);
        files.looked_for = files.all.size();
        selected.notices = std::move(suite->notices);
    } else {
        auto found = find_files(settings, project, cwd);
        if (!found) {
            return std::unexpected(std::move(found.error()));
        }
        files = *std::move(found);
    }
    selected.found = files.looked_for;
    auto selection = discover::select(std::move(files.all), {.filter = settings.filter,
                                                             .last = last,
                                                             .shard = settings.shard,
                                                             .looked_for = files.looked_for,
                                                             .pull_dependencies = settings.pull_dependencies});
    if (!selection) {
        return std::unexpected(std::move(selection.error()));
    }
    selected.selection = *std::move(selection);
    add_notices(selected, settings);
    touch_shard_status_file(settings);
    return selected;
}

std::string why_no_tests(const Selected& selected)
{
    const discover::Selection& selection = selected.selection;
    if (selected.found == 0) {
        return "no tests found";
    }
    std::string why = fmt::format("no tests selected: of {} found, {} filtered out", selected.found, selection.filtered_out);
    if (selection.slow_left_out > 0 && selection.slow_left_out == selection.filtered_out) {
        why += " because they are slow (--all takes them in)";
    }
    if (selection.other_shards > 0) {
        why += fmt::format(", {} in other parts", selection.other_shards);
    }
    return why;
}

} // namespace hutch::cli

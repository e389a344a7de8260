#include "cli/selection_flags.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/environment.h"

namespace hutch::cli {

namespace {

constexpr const char* group = "Which tests (docs/filters.md)";

/// A part of CI's own: index and total by variables of these names.
struct ShardVariables {
    const char* index;
    const char* total;
    std::uint64_t first; ///< what the first one's index is
};
constexpr ShardVariables shard_variables[] = {{"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0}, {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1}};

CLI::Option* repeatable(CLI::Option* option)
{
    return option->type_size(1)->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->group(group);
}

} // namespace

void SelectionFlags::add_to(CLI::App& command)
{
    command.add_option("PATH", paths_, "Test files, and directories of tests (default: the project's, or .)")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("");
    command.add_option("-C,--directory", directory_, "Go there first")->type_name("DIR")->group(group);
    command.add_option("--project", project_, "The project file (default: hutch.toml here or above), or none")
        ->type_name("FILE|none")
        ->group(group);
    command.add_option("--ctest", ctest_, "The tests of this build tree, as ctest has them")->type_name("BUILD")->group(group);
    command.add_option("--meson", meson_, "The tests of this build tree, as meson has them")->type_name("BUILD")->group(group);
    command.add_option("--build-config", build_config_, "Of a build tree with several configurations: ctest's -C")
        ->type_name("NAME")
        ->group(group);
    command.add_flag("--unit", filters_.unit, "Only tests with 'unit' as a directory of their name")->group(group);
    command.add_flag("--integration", filters_.integration, "The same: 'integration'")->group(group);
    command.add_flag("--system", filters_.system, "The same: 'system'")->group(group);
    repeatable(command.add_option("--tag", filters_.tags, "Only tests with this tag (a glob; a,b is one of both)"))->type_name("TAG");
    repeatable(command.add_option("--priority", filters_.priorities, "Only tests of these priorities: P0,P1"))->type_name("P0..P3");
    repeatable(command.add_option("--name", filters_.names, "Only tests with this in their name, or that /match/"))->type_name("TEXT");
    repeatable(command.add_option("-E,--filter", filters_.expressions, "Only tests that fit: 'tag(smoke) & !path(db/**)'"))
        ->type_name("EXPRESSION");
    command.add_flag("--only-slow", filters_.only_slow, "Only slow tests")->group(group);
    command.add_flag("--all", filters_.all, "Slow tests, too, which are left out otherwise")->group(group);
    command.add_flag("--only-skipped", filters_.only_skipped, "Only tests that were skipped the last time")->group(group);
    command.add_flag("--planned-only", filters_.planned_only, "Only planned tests")->group(group);
    command.add_flag("--rerun-failed,--only-failed", rerun_failed_, "Only tests that did not pass the last time")->group(group);
    command.add_option("--shard", shard_, "The M-th of N parts; also TEST_SHARD_INDEX and CI_NODE_INDEX")
        ->type_name("M/N")
        ->group(group);
    command.add_flag("--no-dependencies", no_dependencies_, "What selected tests depend on is not selected with them")->group(group);
}

bool SelectionFlags::any_filter() const
{
    const discover::FilterFlags& f = filters_;
    return f.unit || f.integration || f.system || !f.tags.empty() || !f.priorities.empty() || !f.names.empty() ||
           !f.expressions.empty() || f.only_slow || f.only_skipped || f.planned_only || rerun_failed_;
}

Result<discover::Shard> SelectionFlags::shard(std::string& source) const
{
    if (!shard_.empty()) {
        source = "--shard";
        return discover::parse_shard(shard_);
    }
    for (const ShardVariables& names : shard_variables) {
        const std::string index = environment_variable(names.index);
        const std::string total = environment_variable(names.total);
        if (index.empty() || total.empty()) {
            continue;
        }
        const auto number = base::parse_uint64(index);
        const auto of = base::parse_uint64(total);
        if (!number || !of || *number < names.first || *number - names.first >= *of) {
            return usage_error(fmt::format("{}='{}', {}='{}': not a part and a number of parts", names.index, index, names.total, total));
        }
        source = names.index;
        return discover::Shard{.index = *number - names.first + 1, .total = *of};
    }
    return discover::Shard{};
}

Result<SelectionSettings> SelectionFlags::settings() const
{
    if (!ctest_.empty() && !meson_.empty()) {
        return usage_error("--ctest and --meson exclude each other");
    }
    if (is_suite() && !paths_.empty()) {
        return usage_error(fmt::format("--{} and paths exclude each other: '{}'", ctest_.empty() ? "meson" : "ctest", paths_.front()),
                           "choose tests of a suite by --name, --tag or -E");
    }
    discover::FilterFlags filters = filters_;
    filters.only_failed = rerun_failed_;
    auto filter = discover::make_filter(filters);
    if (!filter) {
        return std::unexpected(std::move(filter.error()));
    }
    SelectionSettings settings{.paths = paths_, .ctest = ctest_, .meson = meson_, .build_config = build_config_, .filter = *std::move(filter)};
    settings.rerun_failed = rerun_failed_;
    settings.pull_dependencies = !no_dependencies_;
    settings.default_filter = !any_filter();
    const auto part = shard(settings.shard_source);
    if (!part) {
        return std::unexpected(part.error());
    }
    settings.shard = *part;
    return settings;
}

} // namespace hutch::cli

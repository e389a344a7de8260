// `hutch list`: what `hutch run` would run, in that order; nothing is started.
#include <unistd.h>

#include <memory>

#include "base/file.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/history.h"
#include "cli/listing.h"
#include "cli/program.h"
#include "cli/project_loading.h"
#include "cli/selection.h"
#include "cli/work_directory.h"

namespace hutch::cli {

namespace {

struct ListFlags {
    SelectionFlags selection;
    ListingFlags listing;
    bool schema = false;
};

int list(const ListFlags& flags, CLI::App& root, const Arguments& arguments)
{
    if (flags.schema) {
        const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), config::project_schema(), "standard output");
        return written ? exit_ok : complain(written.error());
    }
    if (const auto settings = flags.selection.settings(); !settings) {
        return complain(settings.error());
    }
    const auto cwd = enter(flags.selection.directory());
    if (!cwd) {
        return complain(cwd.error());
    }
    const auto loaded = load_project(*cwd, flags.selection.project_file());
    if (!loaded) {
        return complain(loaded.error());
    }
    if (auto again = parse_with_defaults(root, arguments, loaded->project); !again) {
        return complain(again.error());
    }
    const auto settings = flags.selection.settings();
    if (!settings) {
        return complain(blame_project(settings.error(), loaded->project));
    }
    auto history =
        settings->filter.needs_history() ? History::open(loaded->project.directory, true) : Result<History>(History());
    if (!history) {
        return complain(history.error());
    }
    if (!flags.selection.is_suite()) {
        history->name_by_project(*cwd, loaded->project.directory);
    }
    auto selected = select_tests(*settings, loaded->project, *cwd, history->last_of());
    if (!selected) {
        return complain(selected.error());
    }
    selected->notices.insert(selected->notices.begin(), loaded->notices.begin(), loaded->notices.end());
    return flags.listing.list(*selected);
}

} // namespace

void add_list(CLI::App& root, Chosen& chosen, const Arguments& arguments)
{
    auto flags = std::make_shared<ListFlags>();
    CLI::App* command = root.add_subcommand("list", "List the tests that run would run");
    flags->selection.add_to(*command);
    flags->listing.add_to(*command, false);
    command->add_flag("--schema", flags->schema, "Print the JSON Schema of hutch.toml instead")->group("Listing");
    command->callback([flags, &root, &chosen, &arguments] {
        chosen = [flags, &root, &arguments] { return list(*flags, root, arguments); };
    });
}

} // namespace hutch::cli

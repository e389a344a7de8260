// `hutch clean`: the whole hierarchy, all processes and the temporary directory are swept of what dead runs have left.
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/box.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "report/printable.h"
#include "scope/sweep.h"

namespace hutch::cli {

namespace {

std::string words_for(const scope::SweepReport& report)
{
    std::string text;
    for (const std::string& swept : report.swept) {
        text += fmt::format("swept {}\n", report::printable_line(swept));
    }
    for (const scope::LeftAlone& left : report.left) {
        text += fmt::format("left alone {}: {}\n", report::printable_line(left.what), report::printable_line(left.why));
    }
    return text.empty() ? "nothing to sweep\n" : text;
}

int clean()
{
    const std::string text = words_for(scope::sweep_everything(temp_root()));
    const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), text, "standard output");
    return written || written.error().code == EPIPE ? exit_ok : complain(written.error());
}

} // namespace

void add_clean(CLI::App& root, Chosen& chosen)
{
    CLI::App* command =
        root.add_subcommand("clean", "Remove what crashed runs have left: processes, cgroups, directories");
    command->callback([&chosen] { chosen = clean; });
}

} // namespace hutch::cli

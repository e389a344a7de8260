#include "cli/listing.h"

#include <unistd.h>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "report/json_object.h"
#include "report/printable.h"

namespace hutch::cli {

namespace {

constexpr unsigned default_priority = 2;

std::string json_list(const std::vector<std::string>& items)
{
    std::string list = "[";
    for (const std::string& item : items) {
        list += (list.size() > 1 ? "," : "") + report::json_string(item);
    }
    return list + "]";
}

std::vector<std::string> names_of(const std::vector<std::size_t>& places, const discover::Selection& selection)
{
    std::vector<std::string> names;
    for (const std::size_t place : places) {
        names.push_back(selection.tests[place].name);
    }
    return names;
}

/// "  [smoke, slow] P0": what marks a test.
std::string marks(const Traits& traits)
{
    std::vector<std::string> words = traits.tags;
    if (traits.slow.value_or(false)) {
        words.emplace_back("slow");
    }
    if (traits.skip) {
        words.emplace_back("skip");
    }
    if (traits.planned) {
        words.emplace_back("planned");
    }
    std::string text = words.empty() ? "" : fmt::format("  [{}]", base::join(words, ", "));
    return traits.priority ? fmt::format("{}  P{}", text, *traits.priority) : text;
}

std::string command_line(const TestFile& file)
{
    return base::join(file.command, " ");
}

} // namespace

void ListingFlags::add_to(CLI::App& command, bool asked)
{
    constexpr const char* group = "Listing";
    if (asked) {
        command.add_flag("--list", list_, "Print which tests would be run, and run none")->group(group);
    }
    list_ = !asked;
    command.add_flag("--show-tags", tags_, "With their tags and priorities")->group(group);
    command.add_flag("--explain", explain_, "With the rule that made each a test, and its command")->group(group);
    command.add_flag("--json", json_, "As one JSON object")->group(group);
}

int ListingFlags::list(const Selected& selected) const
{
    for (const std::string& notice : selected.notices) {
        complain(exit_ok, notice);
    }
    const auto written =
        base::write_all(base::BorrowedFd(STDOUT_FILENO), json_ ? json(selected) : lines(selected), "standard output");
    if (!written && written.error().code != EPIPE) { // a reader that had enough is no error here
        return complain(written.error());
    }
    return selected.selection.tests.empty() ? complain(exit_no_tests, why_no_tests(selected)) : exit_ok;
}

std::string ListingFlags::lines(const Selected& selected) const
{
    std::string text;
    for (std::size_t i = 0; i < selected.selection.tests.size(); ++i) {
        const TestFile& file = selected.selection.tests[i];
        text += report::printable_line(file.name);
        text += tags_ ? report::printable_line(marks(*file.traits)) : "";
        text += '\n';
        if (explain_) {
            text += fmt::format("  {}\n  runs: {}\n  protocol: {}\n", report::printable_line(file.why),
                                report::printable_line(command_line(file)), to_string(file.protocol));
            const auto needs = names_of(selected.selection.edges[i].needs, selected.selection);
            text += needs.empty() ? "" : fmt::format("  after: {}\n", report::printable_line(base::join(needs, ", ")));
        }
    }
    return text;
}

std::string ListingFlags::json(const Selected& selected) const
{
    std::string tests = "[";
    for (std::size_t i = 0; i < selected.selection.tests.size(); ++i) {
        const TestFile& file = selected.selection.tests[i];
        const Traits& traits = *file.traits;
        report::JsonObject object;
        object.text("test", file.name).raw("command", json_list(file.command)).text("protocol", to_string(file.protocol));
        object.raw("tags", json_list(traits.tags)).number("priority", traits.priority.value_or(default_priority));
        object.boolean("slow", traits.slow.value_or(false)).boolean("skip", traits.skip.has_value());
        object.boolean("planned", traits.planned.has_value());
        object.raw("depends_on", json_list(names_of(selected.selection.edges[i].needs, selected.selection)));
        object.text("why", file.why);
        tests += tests.size() > 1 ? ",\n" : "\n";
        tests += object.str();
    }
    return report::JsonObject().number("v", 1).raw("tests", tests + "\n]").str() + "\n";
}

} // namespace hutch::cli

// docs/events.md against what is written: every field of every event, in order, with its type and whether it may be null.
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/temp_dir.h"
#include "report/json_lines.h"
#include "unit/base/doc_table.h"
#include "unit/report/sample_events.h"

namespace hutch::report {
namespace {

using Line = nlohmann::ordered_json;

struct Field {
    std::string name, type;
    bool may_be_null = false;
};

/// Event → its fields, as documented.
std::map<std::string, std::vector<Field>> documented()
{
    std::map<std::string, std::vector<Field>> events;
    std::vector<Field>* fields = nullptr;
    for (const std::string& line : test::doc_section("events.md", "events")) {
        if (line.starts_with("## ")) {
            fields = &events[line.substr(3)];
        } else if (fields && line.starts_with("| `")) {
            const auto cells = test::doc_cells(line);
            fields->push_back({cells.at(0), cells.at(1), cells.at(3) != "never"});
        }
    }
    return events;
}

/// A run in which everything is known, or nothing.
std::vector<Line> written(bool known)
{
    const auto outcome = [&] {
        Outcome full = sample_outcome(Verdict::crash, Cause::died_by_signal, 1, SIGSEGV);
        std::optional<std::uint64_t> Usage::*const figures[] = {
            &Usage::memory_peak,    &Usage::cpu_usec,     &Usage::user_usec,     &Usage::system_usec,
            &Usage::throttled_usec, &Usage::throttled,    &Usage::io_read_bytes, &Usage::io_write_bytes,
            &Usage::io_reads,       &Usage::io_writes,    &Usage::pids_peak,     &Usage::memory_stall_usec,
            &Usage::cpu_stall_usec, &Usage::io_stall_usec};
        for (const auto figure : figures) {
            full.usage.*figure = 1;
        }
        full.policy = "default";
        full.cases = std::make_shared<const CaseReport>(CaseReport{.protocol = Protocol::tap, .complaint = "no plan"});
        return known ? full : sample_outcome(Verdict::error, Cause::not_started);
    }();
    auto finished = sample_finished("a", outcome);
    finished.output_file = known ? "out/a" : "";
    const auto place = base::TempDir::create("hutch-json-").value();
    const std::string path = place.path() + "/events";
    auto reporter = JsonLinesReporter::open(path).value();
    for (const Event& event : std::vector<Event>{event::RunStarted{"id", "rung 4", 2, 1}, event::Notice{"n"},
                                                 event::TestStarted{sample_test("a"), 1, 42}, finished,
                                                 event::RunFinished{.signal = known ? 2 : 0}}) {
        EXPECT_TRUE(reporter.on(event));
    }
    std::vector<Line> lines;
    const std::string text = base::read_file(path).value();
    for (const std::string_view line : base::lines(text)) {
        lines.push_back(Line::parse(line));
    }
    return lines;
}

std::string type_of(const Line& value)
{
    return value.is_number_integer() ? "integer" : value.type_name();
}

TEST(EventsDocument, HasEveryFieldInOrder)
{
    auto events = documented();
    EXPECT_EQ(events.size(), 5U);
    for (const Line& line : written(true)) {
        std::vector<std::string> expected{"v", "event"}, names;
        for (const Field& field : events[line["event"]]) {
            expected.push_back(field.name);
        }
        expected.emplace_back("time");
        for (const auto& member : line.items()) {
            names.push_back(member.key());
        }
        EXPECT_EQ(names, expected) << line["event"];
    }
}

TEST(EventsDocument, TellsTypesAndWhatMayBeNull)
{
    auto events = documented();
    for (const bool known : {true, false}) {
        for (const Line& line : written(known)) {
            for (const Field& field : events[line["event"]]) {
                const bool null = !known && field.may_be_null;
                EXPECT_EQ(type_of(line[field.name]), null ? "null" : field.type) << line["event"] << " " << field.name;
            }
        }
    }
}

} // namespace
} // namespace hutch::report

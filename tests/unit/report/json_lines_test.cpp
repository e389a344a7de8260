#include "report/json_lines.h"

#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/temp_dir.h"
#include "unit/report/sample_events.h"

namespace hutch::report {
namespace {

using nlohmann::json;

TEST(JsonLines, StableFieldsOfATest)
{
    Outcome outcome = sample_outcome(Verdict::crash, Cause::died_by_signal, {}, SIGSEGV);
    outcome.usage.memory_peak = 1024;
    outcome.leaked = {{4711, "sl\"eep", "sleep 1\n"}};
    outcome.leaked_count = 1;
    outcome.enforced.set(Resource::memory, Enforcer::cgroup);
    outcome.enforced.set(Resource::wall, Enforcer::watchdog);
    const json line = json::parse(outcome_json(sample_finished("tests/a", outcome, "12345", "1"), {}));
    EXPECT_EQ(line["v"], 1);
    EXPECT_EQ(line["event"], "test_finished");
    EXPECT_EQ(line["test"], "tests/a");
    EXPECT_EQ(line["verdict"], "crash");
    EXPECT_EQ(line["exit_code"], nullptr);
    EXPECT_EQ(line["signal"], SIGSEGV);
    EXPECT_EQ(line["signal_name"], "SIGSEGV");
    EXPECT_EQ(line["attempt"], 1);
    EXPECT_EQ(line["duration_ms"], 12.0);
    EXPECT_EQ(line["memory_peak_bytes"], 1024);
    for (const char* unknown : {"cpu_usec", "io_read_bytes", "io_write_bytes", "pids_peak", "throttled_usec"}) {
        ASSERT_TRUE(line.contains(unknown)) << unknown;
        EXPECT_EQ(line[unknown], nullptr) << unknown;
    }
    EXPECT_EQ(line["leaked"], json::parse(R"([{"pid":4711,"comm":"sl\"eep","cmdline":"sleep 1\n"}])"));
    EXPECT_EQ(line["enforced"], json::parse(R"({"memory":"cgroup","wall":"watchdog"})"));
    EXPECT_EQ(line["reason"], "killed by SIGSEGV");
    EXPECT_EQ(line["output_bytes"], 6);
}

TEST(JsonLines, AlwaysValidUtf8)
{
    Outcome outcome = sample_outcome(Verdict::error, Cause::not_started);
    outcome.detail = "exec \xff\x1b[2J";
    outcome.leaked = {{1, "\xc3(", "\xed\xa0\x80"}};
    const std::string text = outcome_json(sample_finished("te\xff\nst", outcome), {});
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const json line = json::parse(text);
    EXPECT_EQ(line["test"], "te\xef\xbf\xbd\nst");
    EXPECT_EQ(line["reason"], "could not start: exec \xef\xbf\xbd");
}

TEST(JsonLines, ARunIsLineByLine)
{
    auto dir = base::TempDir::create("hutch-json-");
    const std::string path = dir->path() + "/events";
    auto reporter = JsonLinesReporter::open(path);
    ASSERT_TRUE(reporter);
    const std::vector<Event> events = {event::RunStarted{"id", "rung 4", 2, 1}, event::Notice{"n"},
                                       event::TestStarted{sample_test("a", 7), 1, 42},
                                       sample_finished("a", sample_outcome(Verdict::timeout, Cause::wall_clock)),
                                       event::RunFinished{.duration = Milliseconds(5), .not_run = 1, .signal = 2}};
    for (const Event& event : events) {
        ASSERT_TRUE(reporter->on(event));
    }
    std::vector<json> lines;
    const std::string text = *base::read_file(path);
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        lines.push_back(json::parse(text.substr(at, text.find('\n', at) - at)));
    }
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[0]["event"], "run_started");
    EXPECT_EQ(lines[0]["tests"], 2);
    EXPECT_EQ(lines[1]["message"], "n");
    EXPECT_EQ(lines[2]["index"], 7);
    EXPECT_EQ(lines[2]["pid"], 42);
    EXPECT_EQ(lines[4]["event"], "run_finished");
    EXPECT_EQ(lines[4]["failed"], 1);
    EXPECT_EQ(lines[4]["not_run"], 1);
    EXPECT_EQ(lines[4]["verdicts"], json::parse(R"({"timeout":1})"));
    EXPECT_EQ(lines[4]["signal"], 2);
}

TEST(JsonLines, FullDiskIsAnError)
{
    auto reporter = JsonLinesReporter::open("/dev/full");
    ASSERT_TRUE(reporter);
    const auto written = reporter->on(event::Notice{"x"});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ENOSPC);
    EXPECT_TRUE(reporter->on(event::Notice{"y"})) << "said once";
}

TEST(JsonLines, FileThatCannotBeMadeIsNamed)
{
    const auto reporter = JsonLinesReporter::open("/nonexistent/x");
    ASSERT_FALSE(reporter);
    EXPECT_NE(reporter.error().message.find("/nonexistent/x"), std::string::npos);
}

} // namespace
} // namespace hutch::report

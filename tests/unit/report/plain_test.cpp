#include "report/plain.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temp_dir.h"
#include "unit/report/sample_events.h"

namespace hutch::report {
namespace {

class Plain : public testing::Test {
  protected:
    std::string lines_of(const std::vector<Event>& events, PlainOptions options = {})
    {
        auto dir = base::TempDir::create("hutch-plain-");
        const std::string path = dir->path() + "/out";
        auto file = base::open_file(path, O_RDWR | O_CREAT, 0600);
        PlainReporter reporter(*file, std::move(options));
        for (const Event& event : events) {
            EXPECT_TRUE(reporter.on(event));
        }
        return *base::read_file(path);
    }
};

event::TestFinished pass(std::string name)
{
    Outcome outcome = sample_outcome(Verdict::pass, Cause::exit_zero, 0);
    outcome.usage.memory_peak = 1258291;
    return sample_finished(std::move(name), outcome, "noise\n");
}

event::TestFinished fail(std::string name)
{
    return sample_finished(std::move(name), sample_outcome(Verdict::fail, Cause::exit_nonzero, 3), "out\n", "err\n");
}

const event::RunFinished finished{.duration = Milliseconds(3200), .not_run = 0, .signal = 0};

TEST_F(Plain, ARunOfThree)
{
    const std::string text = lines_of(
        {event::RunStarted{"id", "rung 4", 3, 1}, event::Notice{"swept 1 run"}, pass("a"), fail("b"),
         sample_finished("c", sample_outcome(Verdict::skip, Cause::exit_skip, 77)), event::RunFinished{finished}});
    EXPECT_EQ(text, "hutch: 3 tests, 1 worker, rung 4\n"
                    "notice: swept 1 run\n"
                    "PASS        12 ms   1.2 MB  a\n"
                    "FAIL        12 ms        -  b: exit 3\n"
                    "  --- stdout ---\n  | out\n  --- stderr ---\n  | err\n"
                    "SKIP        12 ms        -  c: skipped: exit 77\n"
                    "\nfailures:\nFAIL    b: exit 3\n"
                    "1 passed, 1 failed, 1 skipped in 3.2 s\n");
}

TEST_F(Plain, QuietIsFailuresAndSummary)
{
    const std::string text =
        lines_of({event::RunStarted{"id", "rung 4", 2, 1}, pass("a"), fail("b"), finished}, {.quiet = true});
    EXPECT_EQ(text, "FAIL        12 ms        -  b: exit 3\n"
                    "  --- stdout ---\n  | out\n  --- stderr ---\n  | err\n"
                    "1 passed, 1 failed, 0 skipped in 3.2 s\n");
}

TEST_F(Plain, LeaksAreListedUnderAPass)
{
    event::TestFinished test = pass("a");
    Outcome outcome = *test.outcome;
    outcome.leaked = {{4711, "sleep", "sleep 1000"}};
    outcome.leaked_count = 1;
    test.outcome = std::make_shared<const Outcome>(outcome);
    const std::string text = lines_of({test});
    EXPECT_EQ(text, "PASS        12 ms   1.2 MB  a: passed, but left 1 process behind: 4711 sleep 1000\n"
                    "  left behind: 4711 sleep 1000 (sleep)\n");
}

TEST_F(Plain, NamesAndColours)
{
    const std::string text = lines_of({fail("x\x1b[2J\ny")}, {.colour = true, .show_bytes = 0});
    EXPECT_EQ(text.substr(0, text.find('\n')), "\x1b[31mFAIL   \x1b[0m     12 ms        -  x^Jy: exit 3");
}

TEST_F(Plain, SummaryBreaksFailuresDown)
{
    std::vector<Event> events = {
        sample_finished("t", sample_outcome(Verdict::timeout, Cause::wall_clock)),
        sample_finished("o", sample_outcome(Verdict::oom, Cause::memory_own)),
        sample_finished("e", sample_outcome(Verdict::error, Cause::not_started)),
    };
    for (int i = 0; i < 8; ++i) {
        events.emplace_back(pass("p" + std::to_string(i)));
    }
    events.emplace_back(event::RunFinished{.duration = Milliseconds(5), .not_run = 4, .signal = 0});
    const std::string text = lines_of(events);
    EXPECT_NE(text.find("slowest: 12 ms t, 12 ms o, 12 ms e\nlargest: 1.2 MB p0, 1.2 MB p1, 1.2 MB p2\n"),
              std::string::npos)
        << text;
    EXPECT_TRUE(
        text.ends_with("8 passed, 3 failed, 0 skipped (1 timed out, 1 out of memory, 1 in error) in 5 ms; 4 not run\n"))
        << text;
}

TEST_F(Plain, ReaderThatHasGoneEndsItOnce)
{
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    const base::UniqueFd out(ends[1]);
    PlainReporter reporter(out, {});
    const auto first = reporter.on(pass("a"));
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, EPIPE);
    EXPECT_TRUE(reporter.broken_pipe());
    EXPECT_TRUE(reporter.on(finished));
}

} // namespace
} // namespace hutch::report

#include "store_fixture.h"

namespace hutch::store {
namespace {

class Record : public StoreTest {
  protected:
    Record()
    {
        options_.now = [this] { return now_; };
    }
    Microseconds now_{std::chrono::hours(24 * 365 * 50)};
};

Outcome full_outcome()
{
    Outcome outcome = outcome_of(Verdict::crash, Cause::died_by_signal, Milliseconds(1500));
    outcome.exit_code = 139;
    outcome.signal = 11;
    outcome.usage.memory_peak = 1 << 20;
    outcome.usage.cpu_usec = 77;
    outcome.usage.io_read_bytes = 0;
    outcome.usage.io_write_bytes = 4096;
    outcome.usage.pids_peak = 9;
    outcome.leaked_count = 300;
    outcome.detail = "the detail";
    return outcome;
}

TEST_F(Record, all_that_was_told_comes_back)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    EXPECT_EQ(key, (RunKey{.run = 1, .leg = 1, .started = now_}));
    now_ += std::chrono::seconds(10);
    const CaseReport cases{
        .protocol = Protocol::tap, .passed = 3, .failed = 1, .skipped = 0, .planned = 2, .complaint = "planned 7, saw 6"};
    const FileFacts file{.size = 12, .mtime_ns = 1'700'000'000'123'456'789, .digest = std::string("\0\xff", 2)};
    const Outcome outcome = full_outcome();
    ASSERT_TRUE(kept.record(key, {.test = "tests/ä 'x'.sh", .outcome = outcome, .attempt = 1, .cases = &cases, .file = &file}));
    const auto rows = kept.results_of(key.run).value();
    ASSERT_EQ(rows.size(), 1U);
    const ResultRow& row = rows[0];
    EXPECT_EQ(row.run, 1);
    EXPECT_EQ(row.leg, 1);
    EXPECT_EQ(row.test, "tests/ä 'x'.sh");
    EXPECT_EQ(row.attempt, 1);
    EXPECT_TRUE(row.counts);
    EXPECT_EQ(row.verdict, "crash");
    EXPECT_EQ(row.cause, "died_by_signal");
    EXPECT_EQ(row.exit_code, 139);
    EXPECT_EQ(row.signal, 11);
    EXPECT_EQ(row.started_at, now_ - Milliseconds(1500));
    EXPECT_EQ(row.duration, Milliseconds(1500));
    EXPECT_EQ(row.memory_peak, 1U << 20);
    EXPECT_EQ(row.cpu_usec, 77U);
    EXPECT_EQ(row.io_read_bytes, 0U) << "zero is known";
    EXPECT_EQ(row.io_write_bytes, 4096U);
    EXPECT_EQ(row.pids_peak, 9U);
    EXPECT_EQ(row.leaked, 300U);
    EXPECT_EQ(row.cases, (CaseCounts{.passed = 3, .failed = 1, .skipped = 0, .planned = 2}));
    EXPECT_EQ(row.file, file);
    EXPECT_EQ(row.reason, "the detail");
}

TEST_F(Record, what_is_not_known_stays_unknown)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    const CaseReport none;
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass), .cases = &none}));
    const ResultRow row = kept.results_of(key.run).value().at(0);
    EXPECT_FALSE(row.exit_code || row.signal || row.memory_peak || row.cpu_usec || row.io_read_bytes || row.pids_peak || row.cases ||
                 row.file);
    EXPECT_EQ(row.reason, "");
}

TEST_F(Record, numbers_that_do_not_fit)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    Outcome outcome = outcome_of(Verdict::pass);
    outcome.usage.memory_peak = UINT64_MAX;
    outcome.duration = Microseconds(INT64_MAX / 2);
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome}));
    EXPECT_EQ(kept.results_of(key.run).value().at(0).memory_peak, static_cast<std::uint64_t>(INT64_MAX));
}

TEST_F(Record, every_verdict_and_cause_by_its_name)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    for (int verdict = 0; verdict <= static_cast<int>(Verdict::blocked); ++verdict) {
        for (int cause = 0; cause <= static_cast<int>(Cause::cancelled); ++cause) {
            const Outcome outcome = outcome_of(static_cast<Verdict>(verdict), static_cast<Cause>(cause));
            const std::string name = std::to_string(verdict) + "/" + std::to_string(cause);
            ASSERT_TRUE(kept.record(key, {.test = name, .outcome = outcome}));
            const ResultRow row = kept.results_of(key.run, name).value().at(0);
            EXPECT_EQ(row.verdict, to_string(outcome.verdict));
            EXPECT_EQ(row.cause, to_string(outcome.cause));
            EXPECT_EQ(row.counts, outcome.verdict != Verdict::cancelled);
        }
    }
}

TEST_F(Record, the_reason_is_bounded_between_characters)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    std::string text = "x";
    for (int count = 0; count < 3000; ++count) {
        text += "ä";
    }
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::fail), .reason = text}));
    const std::string reason = kept.results_of(key.run).value().at(0).reason;
    EXPECT_EQ(reason, text.substr(0, longest_reason - 1));
    ASSERT_TRUE(kept.record(key, {.test = "u", .outcome = outcome_of(Verdict::fail), .reason = std::string(5000, '\x80')}));
}

TEST_F(Record, names_of_any_bytes_and_lengths)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    const std::vector<std::string> names = {
        "", "\xff\xfe", "a\nb", "'; DROP TABLE runs; --", std::string("a\0b", 3), std::string(100'000, 'n')};
    for (const std::string& name : names) {
        ASSERT_TRUE(started_now(kept, key, name, 1));
        ASSERT_TRUE(kept.record(key, {.test = name, .outcome = outcome_of(Verdict::pass)}));
    }
    const auto completed = kept.completed(key.run).value();
    EXPECT_EQ(completed.size(), names.size());
    for (const std::string& name : names) {
        EXPECT_TRUE(completed.contains(name)) << name.substr(0, 20);
    }
}

TEST_F(Record, a_verdict_counts_once)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    const auto twice = kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::fail)});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, EEXIST);
    EXPECT_EQ(twice.error().message.find("record 't' in '" + file() + "': UNIQUE constraint failed"), 0U) << twice.error().message;
    EXPECT_EQ(kept.results_of(key.run).value().at(0).verdict, "pass");
    EXPECT_EQ(kept.last_of_each()->at("t").verdict, "pass");
    ASSERT_TRUE(kept.record(key, {.test = "u", .outcome = outcome_of(Verdict::pass)})) << "the store goes on";
}

TEST_F(Record, a_word_of_a_refused_record_is_not_remembered)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    ASSERT_FALSE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::oom, Cause::memory_own)}));
    ASSERT_TRUE(kept.record(key, {.test = "u", .outcome = outcome_of(Verdict::oom, Cause::memory_own)}));
    EXPECT_EQ(kept.results_of(key.run, "u").value().at(0).cause, "memory_own");
}

TEST_F(Record, the_last_attempt_counts)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::fail), .attempt = 1, .counts = false}));
    EXPECT_TRUE(kept.completed(key.run)->empty());
    EXPECT_TRUE(kept.last_of_each()->empty());
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::fail), .attempt = 2}));
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass), .attempt = 3})) << "the one before did not know";
    EXPECT_EQ(kept.completed(key.run)->at("t").verdict, "pass");
    const auto rows = kept.results_of(key.run).value();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const ResultRow& row) { return row.counts; }), 1);
}

TEST_F(Record, in_flight_from_start_to_end)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    for (const char* name : {"a", "b", "c"}) {
        now_ += Milliseconds(1);
        ASSERT_TRUE(started_now(kept, key, name, 1));
    }
    ASSERT_TRUE(started_now(kept, key, "b", 2)) << "a retry";
    ASSERT_TRUE(kept.record(key, {.test = "a", .outcome = outcome_of(Verdict::pass)}));
    EXPECT_EQ(kept.in_flight(key.run).value(), (std::vector<std::string>{"b", "c"}));
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped, .why = "memory"}));
    EXPECT_EQ(kept.in_flight(key.run).value(), std::vector<std::string>{});
}

TEST_F(Record, a_run_as_it_was_told)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "a", .outcome = outcome_of(Verdict::pass)}));
    ASSERT_TRUE(kept.record(key, {.test = "b", .outcome = outcome_of(Verdict::cancelled, Cause::cancelled)}));
    EXPECT_EQ(kept.find_run("last")->state, "running");
    EXPECT_EQ(kept.find_run("last")->completed(), 1U);
    now_ += std::chrono::minutes(2);
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped, .why = "3 tests were not run", .signal = 2}));
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped, .exit_code = 130, .why = "SIGINT", .signal = 2})) << "the last word counts";
    const RunRow row = kept.find_run("last").value();
    EXPECT_EQ(row.run, 1);
    EXPECT_EQ(row.run_id, "boot-1-1");
    EXPECT_EQ(row.state, "stopped");
    EXPECT_EQ(row.cwd, "/project");
    EXPECT_EQ(row.verdicts, (std::map<std::string, std::size_t>{{"pass", 1}}));
    ASSERT_EQ(row.legs.size(), 1U);
    const LegRow& leg = row.last();
    EXPECT_EQ(leg.argv, facts().argv);
    EXPECT_EQ(leg.environment, "e1");
    EXPECT_EQ(leg.rung, "rung 1");
    EXPECT_EQ(leg.workers, 4U);
    EXPECT_EQ(leg.tests, 3U);
    EXPECT_EQ(leg.owner, facts().owner);
    EXPECT_EQ(leg.state, "ended");
    EXPECT_EQ(leg.exit_code, 130);
    EXPECT_EQ(leg.signal, 2);
    EXPECT_EQ(leg.why, "SIGINT");
    EXPECT_EQ(leg.ended_at, now_);
}

TEST_F(Record, a_run_id_is_one_runs)
{
    Store kept = store();
    ASSERT_TRUE(kept.begin_run(facts("a-1-1")));
    const auto again = kept.begin_run(facts("a-1-1"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, EEXIST);
    EXPECT_EQ(kept.runs()->size(), 1U);
}

TEST_F(Record, a_removed_run_takes_nothing_more)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    change("DELETE FROM legs");
    const auto done = kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "run 1 is not this process's any more: it was removed from the store");
}

} // namespace
} // namespace hutch::store

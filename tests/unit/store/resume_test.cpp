#include "store_fixture.h"

namespace hutch::store {
namespace {

class Resume : public StoreTest {
  protected:
    static RunFacts next(int leg, std::vector<std::string> argv = {"hutch", "run", "--resume"})
    {
        RunFacts again = facts("boot-1-" + std::to_string(leg));
        again.argv = std::move(argv);
        again.owner.pid = leg;
        return again;
    }
};

TEST_F(Resume, totals_are_exact_over_many_interruptions)
{
    Store kept = store();
    RunKey key = kept.begin_run(facts()).value();
    for (int leg = 1; leg <= 5; ++leg) {
        SCOPED_TRACE(leg);
        const std::string done = "done" + std::to_string(leg);
        ASSERT_TRUE(started_now(kept, key, done, 1));
        ASSERT_TRUE(kept.record(key, {.test = done, .outcome = outcome_of(leg == 2 ? Verdict::fail : Verdict::pass)}));
        ASSERT_TRUE(started_now(kept, key, "victim" + std::to_string(leg), 1));
        EXPECT_TRUE(kept.settle(always_alive)->empty());
        EXPECT_FALSE(kept.last_unfinished().value()) << "it is alive";
        EXPECT_EQ(kept.settle(never_alive).value(), (std::vector<std::int64_t>{key.run}));
        EXPECT_TRUE(kept.settle(never_alive)->empty()) << "once";
        const auto unfinished = kept.last_unfinished().value();
        ASSERT_TRUE(unfinished);
        EXPECT_EQ(unfinished->run.run, key.run);
        EXPECT_EQ(unfinished->run.last().state, "killed");
        EXPECT_EQ(unfinished->run.last().why, "killed");
        EXPECT_EQ(unfinished->run.completed(), static_cast<std::size_t>(leg));
        EXPECT_EQ(unfinished->in_flight, std::vector<std::string>{"victim" + std::to_string(leg)});
        EXPECT_EQ(kept.completed(key.run)->size(), static_cast<std::size_t>(leg));
        key = kept.resume_run(unfinished->run.run, next(leg + 1), never_alive).value();
        EXPECT_EQ(key.leg, leg + 1);
    }
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::finished, .exit_code = 1}));
    EXPECT_FALSE(kept.last_unfinished().value()) << "nothing is left to resume";
    const RunRow run = kept.find_run("last").value();
    EXPECT_EQ(run.run, 1);
    EXPECT_EQ(run.legs.size(), 6U);
    EXPECT_EQ(run.legs[0].argv, facts().argv);
    EXPECT_EQ(run.legs[5].argv, next(6).argv);
    EXPECT_EQ(run.verdicts, (std::map<std::string, std::size_t>{{"pass", 4}, {"fail", 1}}));
    EXPECT_EQ(kept.find_run("boot-1-4")->run, 1) << "by the id of any leg";
}

TEST_F(Resume, only_a_stopped_run_that_nobody_is_at)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    const auto refusal = [&](std::int64_t run, const IsAlive& alive) {
        const auto resumed = kept.resume_run(run, next(2), alive);
        return resumed ? "" : resumed.error().message;
    };
    EXPECT_EQ(refusal(1, always_alive), "resume run 1: process 1 is at it");
    EXPECT_EQ(refusal(9, always_alive), "resume run 9: there is none");
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::finished}));
    EXPECT_EQ(refusal(1, never_alive), "resume run 1: it is finished");
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped}));
    ASSERT_TRUE(kept.abandon(1));
    EXPECT_EQ(refusal(1, never_alive), "resume run 1: it is abandoned");
    EXPECT_FALSE(kept.last_unfinished().value());
}

TEST_F(Resume, of_two_that_resume_one_wins)
{
    Store first = store();
    Store second = store();
    ASSERT_TRUE(first.begin_run(facts()));
    ASSERT_TRUE(first.settle(never_alive));
    const IsAlive only_resumed = [](const Owner& owner) { return owner.pid == 2; };
    ASSERT_TRUE(first.resume_run(1, next(2), only_resumed));
    const auto late = second.resume_run(1, next(3), only_resumed);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().message, "resume run 1: process 2 is at it");
}

TEST_F(Resume, who_was_taken_for_dead_records_no_more)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    const RunKey later = kept.resume_run(1, next(2), never_alive).value();
    const auto done = kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "run 1 is not this process's any more: another one resumed it");
    EXPECT_FALSE(kept.end_run(key, {}));
    EXPECT_TRUE(kept.record(later, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
}

TEST_F(Resume, the_last_stopped_run_though_others_finished_since)
{
    Store kept = store();
    ASSERT_TRUE(kept.end_run(kept.begin_run(facts("a-1-1")).value(), {.state = RunState::stopped, .why = "memory"}));
    ASSERT_TRUE(kept.end_run(kept.begin_run(facts("a-2-2")).value(), {.state = RunState::finished}));
    EXPECT_EQ(kept.last_unfinished().value()->run.last().why, "memory");
    ASSERT_TRUE(kept.end_run(kept.begin_run(facts("a-3-3")).value(), {.state = RunState::stopped, .why = "cpu"}));
    EXPECT_EQ(kept.last_unfinished().value()->run.last().why, "cpu");
}

TEST_F(Resume, what_was_cancelled_is_run_again)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::cancelled, Cause::cancelled)}));
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped}));
    EXPECT_TRUE(kept.completed(1)->empty());
    const RunKey again = kept.resume_run(1, next(2), never_alive).value();
    ASSERT_TRUE(kept.record(again, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    const auto rows = kept.results_of(1).value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].leg, 2);
    EXPECT_EQ(rows[0].verdict, "pass");
}

TEST_F(Resume, changed_files_can_be_seen_and_run_again)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    const FileFacts before{.size = 10, .mtime_ns = 5, .digest = "d"};
    ASSERT_TRUE(kept.record(key, {.test = "a", .outcome = outcome_of(Verdict::pass), .file = &before}));
    ASSERT_TRUE(kept.record(key, {.test = "b", .outcome = outcome_of(Verdict::pass), .file = &before}));
    ASSERT_TRUE(kept.record(key, {.test = "c", .outcome = outcome_of(Verdict::pass)}));
    ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped}));
    EXPECT_EQ(kept.completed(1)->at("a").file, before);
    EXPECT_EQ(kept.completed(1)->at("c").file, std::nullopt);
    ASSERT_TRUE(kept.take_back(1, {"a", "unknown"}));
    EXPECT_EQ(kept.completed(1)->size(), 2U);
    EXPECT_EQ(kept.find_run("1")->completed(), 2U);
    const RunKey again = kept.resume_run(1, next(2), never_alive).value();
    ASSERT_TRUE(kept.record(again, {.test = "a", .outcome = outcome_of(Verdict::fail)}));
    EXPECT_EQ(kept.completed(1)->at("a").verdict, "fail");
    EXPECT_EQ(raw("SELECT count(*) FROM files"), "1") << "two files with the same facts are one row";
}

TEST_F(Resume, the_end_of_a_killed_leg_is_that_of_its_last_test)
{
    Microseconds now{std::chrono::hours(1)};
    options_.now = [&] { return now; };
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    now += std::chrono::seconds(30);
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    now += std::chrono::hours(10);
    ASSERT_TRUE(kept.settle(never_alive));
    EXPECT_EQ(kept.find_run("1")->last().ended_at, std::chrono::hours(1) + std::chrono::seconds(30));
}

TEST_F(Resume, quarantine_after_two_unplanned_ends_in_a_row)
{
    struct Step {
        char what; ///< k: killed with it in flight; p: passes; c: cancelled at a planned end; o: killed while another one was in flight
        unsigned ends;
        bool quarantined;
    };
    const std::vector<std::vector<Step>> stories = {
        {{'k', 1, false}, {'k', 2, true}, {'k', 3, true}, {'p', 0, false}},
        {{'k', 1, false}, {'p', 0, false}, {'k', 1, false}},
        {{'k', 1, false}, {'c', 1, false}, {'k', 2, true}},
        {{'p', 0, false}, {'k', 1, false}, {'o', 1, false}, {'k', 2, true}},
    };
    int id = 0;
    for (const auto& story : stories) {
        Store kept = store();
        const std::string test = "suspect" + std::to_string(++id);
        for (const Step& step : story) {
            const RunKey key = kept.begin_run(facts("s-" + std::to_string(++id))).value();
            ASSERT_TRUE(started_now(kept, key, step.what == 'o' ? "other" + std::to_string(id) : test, 1));
            if (step.what == 'p' || step.what == 'c') {
                const Verdict verdict = step.what == 'p' ? Verdict::pass : Verdict::cancelled;
                ASSERT_TRUE(kept.record(key, {.test = test, .outcome = outcome_of(verdict)}));
                ASSERT_TRUE(kept.end_run(key, {.state = RunState::stopped}));
            }
            ASSERT_TRUE(kept.settle(never_alive));
            SCOPED_TRACE(step.what);
            EXPECT_EQ(kept.last_of_each()->at(test).unplanned_ends, step.ends);
            const auto quarantined = kept.quarantined().value();
            EXPECT_EQ(std::any_of(quarantined.begin(), quarantined.end(), [&](const auto& found) { return found.test == test; }),
                      step.quarantined);
        }
    }
}

TEST_F(Resume, out_of_quarantine)
{
    Store kept = store();
    for (const char* run : {"a-1-1", "a-2-2"}) {
        ASSERT_TRUE(started_now(kept, kept.begin_run(facts(run)).value(), "bomb", 1));
        ASSERT_TRUE(kept.settle(never_alive));
    }
    const auto quarantined = kept.quarantined().value();
    ASSERT_EQ(quarantined.size(), 1U);
    EXPECT_EQ(quarantined[0].test, "bomb");
    EXPECT_EQ(quarantined[0].unplanned_ends, 2U);
    EXPECT_EQ(kept.last_of_each()->at("bomb").verdict, "") << "it never had one";
    ASSERT_TRUE(kept.release({"bomb"}));
    EXPECT_TRUE(kept.quarantined()->empty());
}

} // namespace
} // namespace hutch::store

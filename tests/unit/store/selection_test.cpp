#include "store/passes.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

TEST(Passes, the_last_five_are_kept)
{
    std::string passes;
    for (int count = 1; count <= 7; ++count) {
        passes = with_pass(passes, Microseconds(count * 100), count % 2 == 0 ? std::nullopt : std::optional<Bytes>(count));
    }
    EXPECT_EQ(passes, "700/7 600/- 500/5 400/- 300/3");
    EXPECT_EQ(expected_of(passes), (Expected{.duration = Microseconds(500), .memory_peak = 5, .passes = 5}));
}

TEST(Passes, medians)
{
    const auto expected = [](std::int64_t duration, std::optional<Bytes> peak, std::size_t passes) {
        return Expected{.duration = Microseconds(duration), .memory_peak = peak, .passes = passes};
    };
    EXPECT_EQ(expected_of(""), std::nullopt);
    EXPECT_EQ(expected_of("7/-"), expected(7, {}, 1));
    EXPECT_EQ(expected_of("7/0"), expected(7, 0, 1));
    EXPECT_EQ(expected_of("1/10 9/90"), expected(9, 90, 2));
    EXPECT_EQ(expected_of("9/1 1/9 5/5"), expected(5, 5, 3));
    EXPECT_EQ(expected_of("9/- 1/- 5/5 1000/- 2/-"), expected(5, 5, 5));
    EXPECT_EQ(expected_of("1/1 2/2 3/3 4/4 5/5 600/6 700/7"), expected(3, 3, 5)) << "of a later version";
}

TEST(Passes, nonsense_is_passed_over)
{
    for (const char* text : {"x", "/", "1", "1 2", "-1/2", "99999999999999999999/1", "18446744073709551615/1", " ", "a/b c/d", "1;2"}) {
        EXPECT_EQ(expected_of(text), std::nullopt) << text;
    }
    EXPECT_EQ(expected_of("x 5/y 7/3")->passes, 2U);
    EXPECT_EQ(with_pass("", Microseconds(-5), {}), "0/-");
}

class Selection : public StoreTest {};

TEST_F(Selection, an_empty_store_knows_nothing)
{
    Store kept = store();
    EXPECT_TRUE(kept.last_of_each()->empty());
    EXPECT_TRUE(kept.quarantined()->empty());
    EXPECT_TRUE(kept.release({"x"}));
    EXPECT_TRUE(kept.runs()->empty());
    EXPECT_EQ(kept.last_unfinished().value().has_value(), false);
    EXPECT_TRUE(kept.completed(1)->empty());
    EXPECT_TRUE(kept.needed()->empty());
}

TEST_F(Selection, the_last_verdict_and_what_to_expect)
{
    Store kept = store();
    for (int run = 1; run <= 6; ++run) {
        const RunKey key = kept.begin_run(facts("r-" + std::to_string(run))).value();
        Outcome steady = outcome_of(Verdict::pass, Cause::exit_zero, Milliseconds(run));
        steady.usage.memory_peak = static_cast<Bytes>(run) * 1000;
        ASSERT_TRUE(kept.record(key, {.test = "steady", .outcome = steady}));
        const Outcome shaky = run % 2 == 0 ? outcome_of(Verdict::fail, Cause::exit_nonzero, std::chrono::hours(1))
                                           : outcome_of(Verdict::flaky, Cause::exit_zero, Milliseconds(10 * run));
        ASSERT_TRUE(kept.record(key, {.test = "shaky", .outcome = shaky}));
        ASSERT_TRUE(kept.record(key, {.test = "skipped", .outcome = outcome_of(Verdict::skip, Cause::exit_skip)}));
        ASSERT_TRUE(kept.end_run(key, {}));
    }
    const auto last = kept.last_of_each().value();
    ASSERT_EQ(last.size(), 3U);
    EXPECT_EQ(last.at("steady").verdict, "pass");
    EXPECT_EQ(last.at("steady").expected, (Expected{.duration = Milliseconds(4), .memory_peak = 4000, .passes = 5}));
    EXPECT_EQ(last.at("shaky").verdict, "fail");
    EXPECT_EQ(last.at("shaky").cause, "exit_nonzero");
    EXPECT_EQ(last.at("shaky").expected, (Expected{.duration = Milliseconds(30), .memory_peak = {}, .passes = 3})) << "of passes only";
    EXPECT_EQ(last.at("skipped").verdict, "skip");
    EXPECT_EQ(last.at("skipped").expected, std::nullopt);
}

TEST_F(Selection, a_cancelled_attempt_says_nothing_of_a_test)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::fail)}));
    const RunKey later = kept.begin_run(facts("b-2-2")).value();
    ASSERT_TRUE(kept.record(later, {.test = "t", .outcome = outcome_of(Verdict::cancelled, Cause::cancelled)}));
    EXPECT_EQ(kept.last_of_each()->at("t").verdict, "fail");
}

TEST_F(Selection, names_that_this_version_does_not_know_are_told)
{
    fill(1);
    change("INSERT INTO words(word) VALUES ('vanished'); UPDATE latest SET verdict = last_insert_rowid(), passes = 'v2:whatever';"
           "UPDATE results SET verdict = last_insert_rowid(); UPDATE legs SET state = 'dreaming'; UPDATE runs SET state = 'dreaming'");
    Store kept = store();
    EXPECT_EQ(kept.last_of_each()->at("t0").verdict, "vanished");
    EXPECT_EQ(kept.results_of(1)->at(0).verdict, "vanished");
    EXPECT_EQ(kept.find_run("1")->state, "dreaming");
    EXPECT_EQ(kept.find_run("1")->last().state, "dreaming");
    EXPECT_TRUE(kept.settle(never_alive)->empty());
    EXPECT_FALSE(kept.resume_run(1, facts("b-2-2"), never_alive));
}

} // namespace
} // namespace hutch::store

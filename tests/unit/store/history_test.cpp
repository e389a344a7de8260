#include "store_fixture.h"

namespace hutch::store {
namespace {

class History : public StoreTest {
  protected:
    History()
    {
        options_.now = [this] { return now_; };
    }
    struct Said {
        const char* test;
        Outcome outcome;
        int attempt = 1;
        bool counts = true;
    };
    std::int64_t run(Store& kept, const std::vector<Said>& all)
    {
        const RunKey key = kept.begin_run(facts("h-" + std::to_string(++runs_))).value();
        for (const Said& said : all) {
            now_ += std::chrono::seconds(1);
            EXPECT_TRUE(kept.record(key, {.test = said.test, .outcome = said.outcome, .attempt = said.attempt, .counts = said.counts}));
        }
        EXPECT_TRUE(kept.end_run(key, {}));
        return key.run;
    }
    static Outcome with(Bytes memory, std::uint64_t cpu, std::uint64_t io, int ms, std::size_t leaked = 0)
    {
        Outcome outcome = outcome_of(Verdict::pass, Cause::exit_zero, Milliseconds(ms));
        outcome.usage.memory_peak = memory;
        outcome.usage.cpu_usec = cpu;
        outcome.usage.io_read_bytes = io;
        outcome.usage.io_write_bytes = io;
        outcome.usage.pids_peak = 3;
        outcome.leaked_count = leaked;
        return outcome;
    }
    static std::string told(const std::vector<TopRow>& rows)
    {
        std::string text;
        for (const TopRow& row : rows) {
            text += row.test + "=" + std::to_string(row.worst) + "@" + std::to_string(row.run) + " ";
        }
        return text;
    }
    int runs_ = 0;
    Microseconds now_{std::chrono::hours(24 * 365 * 50)};
};

TEST_F(History, runs_are_listed_the_newest_first)
{
    Store kept = store();
    for (int count = 0; count < 5; ++count) {
        run(kept, {{.test = "a", .outcome = outcome_of(count == 3 ? Verdict::fail : Verdict::pass)}});
    }
    const auto rows = kept.runs(3).value();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].run, 5);
    EXPECT_EQ(rows[0].run_id, "h-5");
    EXPECT_EQ(rows[1].verdicts, (std::map<std::string, std::size_t>{{"fail", 1}}));
    EXPECT_EQ(rows[2].run, 3);
    EXPECT_EQ(rows[2].last().argv, facts().argv);
}

TEST_F(History, a_run_by_what_people_type)
{
    Store kept = store();
    const auto unknown = kept.find_run("last");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "the store has no run yet");
    EXPECT_EQ(unknown.error().fault, Fault::usage);
    run(kept, {});
    run(kept, {});
    EXPECT_EQ(kept.find_run("1")->run_id, "h-1");
    EXPECT_EQ(kept.find_run("h-2")->run, 2);
    EXPECT_EQ(kept.find_run("last")->run, 2);
    for (const char* text : {"3", "0", "-1", "", "h-3", "1 ", "99999999999999999999", "'"}) {
        const auto missing = kept.find_run(text);
        ASSERT_FALSE(missing) << text;
        EXPECT_EQ(missing.error().message, "no run '" + std::string(text) + "' in the store");
        EXPECT_EQ(missing.error().hint, "hutch runs");
    }
}

TEST_F(History, of_one_test)
{
    Store kept = store();
    run(kept, {{.test = "a", .outcome = outcome_of(Verdict::fail), .attempt = 1, .counts = false},
               {.test = "b", .outcome = outcome_of(Verdict::pass)},
               {.test = "a", .outcome = outcome_of(Verdict::pass), .attempt = 2}});
    run(kept, {{.test = "b", .outcome = outcome_of(Verdict::pass)}});
    run(kept, {{.test = "a", .outcome = outcome_of(Verdict::skip)}});
    const auto rows = kept.history_of("a").value();
    std::string told;
    for (const ResultRow& row : rows) {
        told += std::to_string(row.run) + "." + std::to_string(row.attempt) + row.verdict + " ";
    }
    EXPECT_EQ(told, "3.1skip 1.1fail 1.2pass ");
    EXPECT_EQ(kept.history_of("a", 2)->size(), 1U);
    EXPECT_TRUE(kept.history_of("nobody")->empty());
    EXPECT_EQ(kept.results_of(1)->size(), 3U);
    EXPECT_EQ(kept.results_of(1)->at(1).test, "b") << "in the order of their starts";
    EXPECT_EQ(kept.results_of(1, "a")->size(), 2U);
    EXPECT_TRUE(kept.results_of(1, "nobody")->empty());
    EXPECT_TRUE(kept.results_of(77)->empty());
}

TEST_F(History, top_by_figures)
{
    Store kept = store();
    run(kept, {{.test = "a", .outcome = with(100, 9, 1, 50)},
               {.test = "b", .outcome = with(300, 1, 2, 20, 4)},
               {.test = "none", .outcome = outcome_of(Verdict::skip, Cause::exit_skip, Microseconds(0))}});
    run(kept, {{.test = "a", .outcome = with(500, 3, 0, 10)},
               {.test = "b", .outcome = with(200, 5, 7, 30, 1)},
               {.test = "c", .outcome = with(1, 1, 0, 1)}});
    EXPECT_EQ(told(kept.top(By::memory, 10).value()), "a=500@2 b=300@1 c=1@2 ");
    EXPECT_EQ(told(kept.top(By::memory, 1).value()), "a=500@2 ");
    EXPECT_EQ(told(kept.top(By::memory, 10, 1).value()), "b=300@1 a=100@1 ");
    EXPECT_EQ(told(kept.top(By::cpu, 10).value()), "a=9@1 b=5@2 c=1@2 ");
    EXPECT_EQ(told(kept.top(By::io, 10).value()), "b=14@2 a=2@1 ");
    EXPECT_EQ(told(kept.top(By::time, 10).value()), "a=50000@1 b=30000@2 c=1000@2 ");
    EXPECT_EQ(told(kept.top(By::leaks, 10).value()), "b=4@1 ");
    const TopRow first = kept.top(By::memory, 1)->at(0);
    EXPECT_EQ(first.mean, 300.0);
    EXPECT_EQ(first.attempts, 2U);
    EXPECT_TRUE(kept.top(By::memory, 0)->empty());
}

TEST_F(History, top_by_flakiness)
{
    Store kept = store();
    const Outcome pass = outcome_of(Verdict::pass), fail = outcome_of(Verdict::fail), skip = outcome_of(Verdict::skip),
                  flaky = outcome_of(Verdict::flaky), error = outcome_of(Verdict::error);
    run(kept, {{.test = "steady", .outcome = pass},
               {.test = "broken", .outcome = fail},
               {.test = "swings", .outcome = pass},
               {.test = "marked", .outcome = flaky},
               {.test = "fixed", .outcome = fail},
               {.test = "interrupted", .outcome = pass}});
    run(kept, {{.test = "steady", .outcome = pass},
               {.test = "broken", .outcome = fail},
               {.test = "swings", .outcome = fail},
               {.test = "marked", .outcome = pass},
               {.test = "fixed", .outcome = pass},
               {.test = "interrupted", .outcome = skip}});
    run(kept, {{.test = "steady", .outcome = error},
               {.test = "broken", .outcome = fail},
               {.test = "swings", .outcome = pass},
               {.test = "interrupted", .outcome = pass}});
    run(kept, {{.test = "swings", .outcome = fail, .attempt = 1, .counts = false}, {.test = "swings", .outcome = pass, .attempt = 2}});
    EXPECT_EQ(told(kept.top(By::flaky, 10).value()), "swings=3@4 fixed=1@2 marked=1@1 ");
    EXPECT_EQ(told(kept.top(By::flaky, 10, 4).value()), "swings=1@4 ");
    EXPECT_EQ(kept.top(By::flaky, 1)->at(0).mean, 0.75);
}

TEST_F(History, orders_by_name)
{
    for (const char* name : {"memory", "cpu", "io", "time", "flaky", "leaks"}) {
        ASSERT_TRUE(by_named(name)) << name;
        EXPECT_EQ(to_string(*by_named(name)), name);
    }
    for (const char* name : {"", "Memory", "mem", "memory "}) {
        EXPECT_FALSE(by_named(name)) << name;
    }
}

TEST_F(History, what_tests_need_is_what_passes_needed)
{
    Store kept = store();
    Outcome failed = with(9'000, 9'000, 9'000, 9'000);
    failed.verdict = Verdict::fail;
    run(kept, {{.test = "a", .outcome = with(100, 9, 1, 50)},
               {.test = "b", .outcome = failed},
               {.test = "c", .outcome = outcome_of(Verdict::pass)}});
    run(kept, {{.test = "a", .outcome = with(70, 12, 3, 20)}});
    const auto needed = kept.needed().value();
    ASSERT_EQ(needed.size(), 2U);
    EXPECT_EQ(needed[0].test, "a");
    EXPECT_EQ(needed[0].passes, 2U);
    EXPECT_EQ(needed[0].duration, Milliseconds(50));
    EXPECT_EQ(needed[0].memory_peak, 100U);
    EXPECT_EQ(needed[0].cpu_usec, 12U);
    EXPECT_EQ(needed[0].pids_peak, 3U);
    EXPECT_EQ(needed[0].io_bytes, 6U);
    EXPECT_EQ(needed[1].test, "c");
    EXPECT_EQ(needed[1].memory_peak, std::nullopt);
}

class Prune : public History {
  protected:
    std::vector<std::int64_t> left(Store& kept)
    {
        std::vector<std::int64_t> numbers;
        const auto rows = kept.runs().value();
        for (const RunRow& row : rows) {
            numbers.push_back(row.run);
        }
        return numbers;
    }
};

TEST_F(Prune, by_count)
{
    Store kept = store();
    const FileFacts file{.size = 1, .mtime_ns = 1};
    for (int count = 1; count <= 5; ++count) {
        run(kept, {{.test = "a", .outcome = outcome_of(Verdict::pass)},
                   {.test = count == 1 ? "old" : "new", .outcome = outcome_of(Verdict::pass)}});
    }
    const RunKey extra = kept.begin_run(facts("x")).value();
    ASSERT_TRUE(kept.record(extra, {.test = "a", .outcome = outcome_of(Verdict::pass), .file = &file}));
    ASSERT_TRUE(kept.end_run(extra, {}));
    const Pruned pruned = kept.prune({.runs = 2}).value();
    EXPECT_EQ(pruned.runs, 4U);
    EXPECT_EQ(pruned.results, 8U);
    EXPECT_EQ(pruned.tests, 1U);
    EXPECT_EQ(left(kept), (std::vector<std::int64_t>{6, 5}));
    EXPECT_FALSE(kept.last_of_each()->contains("old"));
    EXPECT_EQ(kept.last_of_each()->at("a").expected->passes, 5U) << "what to expect outlives the runs it came from";
    EXPECT_TRUE(kept.history_of("old")->empty());
    for (const char* table : {"legs", "tallies", "runs"}) {
        EXPECT_EQ(raw(std::string("SELECT count(*) FROM ") + table), "2") << table;
    }
    EXPECT_EQ(raw("SELECT count(*) FROM files"), "1");
    EXPECT_EQ(raw("SELECT count(DISTINCT run) FROM arguments"), "2");
    EXPECT_EQ(kept.prune({.runs = 2})->runs, 0U);
    EXPECT_EQ(kept.prune({.runs = 0})->runs, 2U);
    EXPECT_EQ(raw("SELECT (SELECT count(*) FROM tests) + (SELECT count(*) FROM results) + (SELECT count(*) FROM files)"), "0");
    EXPECT_EQ(run(kept, {}), 7) << "numbers are not given twice";
}

TEST_F(Prune, by_age)
{
    Store kept = store();
    run(kept, {});
    now_ += std::chrono::days(20);
    run(kept, {});
    now_ += std::chrono::days(11);
    EXPECT_EQ(kept.prune({})->runs, 1U);
    EXPECT_EQ(left(kept), (std::vector<std::int64_t>{2}));
}

TEST_F(Prune, never_what_is_running)
{
    Store kept = store();
    const RunKey running = kept.begin_run(facts("r-1-1")).value();
    ASSERT_TRUE(started_now(kept, running, "t", 1));
    run(kept, {{.test = "u", .outcome = outcome_of(Verdict::pass)}});
    now_ += std::chrono::days(100);
    const Pruned pruned = kept.prune({.runs = 0}).value();
    EXPECT_EQ(pruned.runs, 1U);
    EXPECT_EQ(pruned.tests, 0U) << "the running one may be about to use them";
    ASSERT_TRUE(kept.record(running, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    ASSERT_TRUE(kept.record(running, {.test = "u", .outcome = outcome_of(Verdict::pass)}));
    EXPECT_EQ(kept.completed(running.run)->size(), 2U);
}

TEST_F(Prune, compacted_is_smaller_and_whole)
{
    fill(2000, "big");
    Store kept = store();
    run(kept, {{.test = "a", .outcome = outcome_of(Verdict::pass)}});
    ASSERT_EQ(kept.prune({.runs = 1})->results, 2000U);
    const auto before = std::filesystem::file_size(file());
    ASSERT_TRUE(kept.compact());
    EXPECT_LT(std::filesystem::file_size(file()), before / 2);
    EXPECT_EQ(kept.history_of("a")->size(), 1U);
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
}

} // namespace
} // namespace hutch::store

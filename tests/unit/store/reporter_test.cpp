#include "store/reporter.h"

#include "store_fixture.h"

namespace hutch::store {
namespace {

class Reporting : public StoreTest {
  protected:
    static TestPtr test(std::string name)
    {
        auto spec = std::make_shared<TestSpec>();
        spec->name = std::move(name);
        return spec;
    }
    static Event finished(std::string name, Verdict verdict, int attempt = 1)
    {
        return event::TestFinished{.test = test(std::move(name)),
                                   .attempt = attempt,
                                   .outcome = std::make_shared<const Outcome>(outcome_of(verdict)),
                                   .out = nullptr,
                                   .err = nullptr,
                                   .output_file = ""};
    }
    static Event begun() { return event::RunStarted{.run_id = "boot-9-9", .rung = "the rung", .tests = 2, .workers = 7}; }
};

TEST_F(Reporting, a_whole_run)
{
    Store kept = store();
    StoreReporter reporter(kept, facts(), [](const TestSpec& spec) -> std::optional<FileFacts> {
        return spec.name == "a" ? std::optional(FileFacts{.size = 5, .mtime_ns = 6}) : std::nullopt;
    });
    ASSERT_TRUE(reporter.on(event::Notice{.message = "before the run"}));
    EXPECT_FALSE(reporter.key());
    ASSERT_TRUE(reporter.on(begun()));
    ASSERT_TRUE(reporter.key());
    ASSERT_TRUE(reporter.on(event::TestStarted{.test = test("a"), .attempt = 1, .pid = 5}));
    ASSERT_TRUE(reporter.on_quiet());
    EXPECT_EQ(kept.in_flight(1).value(), std::vector<std::string>{"a"});
    ASSERT_TRUE(reporter.on(finished("a", Verdict::pass)));
    EXPECT_TRUE(kept.in_flight(1)->empty());
    EXPECT_TRUE(kept.completed(1)->contains("a")) << "when on() has returned, it is there";
    ASSERT_TRUE(reporter.on(finished("b", Verdict::fail, 1)));
    ASSERT_TRUE(reporter.on(finished("b", Verdict::pass, 2)));
    ASSERT_TRUE(reporter.on(event::RunFinished{}));
    const RunRow run = kept.find_run("boot-9-9").value();
    EXPECT_EQ(run.state, "finished");
    EXPECT_EQ(run.last().rung, "the rung");
    EXPECT_EQ(run.last().workers, 7U);
    EXPECT_EQ(run.last().tests, 2U);
    EXPECT_EQ(run.last().argv, facts().argv);
    EXPECT_EQ(run.verdicts, (std::map<std::string, std::size_t>{{"pass", 2}}));
    EXPECT_EQ(kept.completed(1)->at("a").file->size, 5U);
    EXPECT_EQ(kept.completed(1)->at("b").file, std::nullopt);
}

TEST_F(Reporting, how_a_run_ended)
{
    struct Row {
        event::RunFinished told;
        const char* state;
        const char* why;
        std::optional<int> signal;
    };
    const std::vector<Row> rows = {
        {{.duration = {}, .not_run = 0, .signal = 0}, "finished", "", {}},
        {{.duration = {}, .not_run = 3, .signal = 0}, "stopped", "3 tests were not run", {}},
        {{.duration = {}, .not_run = 3, .signal = 2}, "stopped", "signal 2", 2},
        {{.duration = {}, .not_run = 0, .signal = 15}, "stopped", "signal 15", 15},
    };
    Store kept = store();
    int id = 0;
    for (const Row& row : rows) {
        StoreReporter reporter(kept, facts());
        event::RunStarted started = std::get<event::RunStarted>(begun());
        started.run_id += std::to_string(++id);
        ASSERT_TRUE(reporter.on(started));
        ASSERT_TRUE(reporter.on(row.told));
        const RunRow run = kept.find_run("last").value();
        EXPECT_EQ(run.state, row.state);
        EXPECT_EQ(run.last().why, row.why);
        EXPECT_EQ(run.last().signal, row.signal);
    }
}

TEST_F(Reporting, a_resumed_run_is_the_same_run)
{
    Store kept = store();
    {
        StoreReporter reporter(kept, facts());
        ASSERT_TRUE(reporter.on(begun()));
        ASSERT_TRUE(reporter.on(finished("a", Verdict::pass)));
    }
    const RunKey key = kept.resume_run(1, facts("boot-10-10"), never_alive).value();
    StoreReporter reporter(kept, facts(), {}, key);
    ASSERT_TRUE(reporter.on(begun()));
    ASSERT_TRUE(reporter.on(finished("b", Verdict::pass)));
    ASSERT_TRUE(reporter.on(event::RunFinished{}));
    EXPECT_EQ(kept.runs()->size(), 1U);
    EXPECT_EQ(kept.find_run("last")->completed(), 2U);
    EXPECT_EQ(kept.find_run("last")->state, "finished");
}

TEST_F(Reporting, what_cannot_be_kept_is_an_error)
{
    Store kept = store();
    StoreReporter reporter(kept, facts());
    ASSERT_TRUE(reporter.on(begun()));
    ASSERT_TRUE(reporter.on(finished("a", Verdict::pass)));
    EXPECT_FALSE(reporter.on(finished("a", Verdict::pass)));
    std::filesystem::remove_all(place_.directory);
    EXPECT_FALSE(reporter.on(finished("b", Verdict::pass)));
}

} // namespace
} // namespace hutch::store

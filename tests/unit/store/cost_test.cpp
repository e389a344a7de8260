// What it costs, told as properties of the test; the bounds are wide, for loaded machines.
#include <cstdio>

#include "base/clock.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

class Cost : public StoreTest {
  protected:
    static double micros(Microseconds since) { return static_cast<double>((base::monotonic_now() - since).count()); }
    static void told(const char* what, double figure)
    {
        RecordProperty(what, std::to_string(figure));
        std::printf("%s: %.1f\n", what, figure);
    }
};

TEST_F(Cost, of_recording)
{
    constexpr int tests = 10'000;
    Store kept = store();
    Outcome outcome = outcome_of(Verdict::pass);
    outcome.usage = {.memory_peak = 9'437'184, .cpu_usec = 15'000, .io_read_bytes = 40'960, .io_write_bytes = 8'192, .pids_peak = 3};
    for (int run = 1; run <= 3; ++run) {
        const RunKey key = kept.begin_run(facts("r-" + std::to_string(run))).value();
        double starting = 0, recording = 0, longest = 0;
        for (int number = 0; number < tests; ++number) {
            const std::string name = "tests/some/directory/test_number_" + std::to_string(number * 7919 % tests) + ".sh";
            auto before = base::monotonic_now();
            ASSERT_TRUE(kept.started(key, name, 1));
            starting += micros(before);
            before = base::monotonic_now();
            ASSERT_TRUE(kept.record(key, {.test = name, .outcome = outcome}));
            const double one = micros(before);
            recording += one;
            longest = std::max(longest, one);
        }
        const auto before = base::monotonic_now();
        ASSERT_TRUE(kept.end_run(key, {}));
        told("end_run_us", micros(before));
        told("started_us", starting / tests);
        told("record_us", recording / tests);
        told("longest_record_us", longest);
        EXPECT_LT(recording / tests, 5000.0);
    }
    const auto before = base::monotonic_now();
    const auto last = kept.last_of_each().value();
    told("last_of_each_us_per_test", micros(before) / tests);
    EXPECT_EQ(last.size(), static_cast<std::size_t>(tests));
    const double bytes =
        static_cast<double>(SQLite::Database(file()).execAndGet("SELECT sum(pgsize) FROM dbstat WHERE name = 'results'").getInt64());
    told("bytes_per_result", bytes / tests / 3);
    EXPECT_LT(bytes / tests / 3, 100.0);
}

} // namespace
} // namespace hutch::store

#include "report/tally.h"

#include <gtest/gtest.h>

namespace hutch::report {
namespace {

TEST(Tally, EveryVerdictIsCountedOnce)
{
    Tally tally;
    for (int i = 0; i <= static_cast<int>(Verdict::blocked); ++i) {
        tally.add(static_cast<Verdict>(i));
    }
    EXPECT_EQ(tally.passed(), 2U);
    EXPECT_EQ(tally.skipped(), 2U);
    EXPECT_EQ(tally.failed(), 10U);
    EXPECT_EQ(tally.words(),
              "2 passed, 10 failed, 2 skipped (1 planned, 1 timed out, 1 out of memory, 1 over a limit, 1 crashed, 1 "
              "denied, 1 leaked, 1 in error, 1 cancelled, 1 flaky, 1 blocked)");
}

TEST(Largest, KeepsTheFewInOrder)
{
    Largest largest(2);
    for (const std::uint64_t value : {3U, 9U, 1U, 9U, 5U}) {
        largest.add(value, std::to_string(value));
    }
    ASSERT_EQ(largest.entries().size(), 2U);
    EXPECT_EQ(largest.entries()[0].value, 9U);
    EXPECT_EQ(largest.entries()[1].value, 9U);
    Largest(0).add(1, "x");
}

} // namespace
} // namespace hutch::report

// Whatever a test writes, the TAP reader's memory is bounded and its report is the same however the output was cut.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/protocol/tap_reading.h"

namespace hutch::protocol {
namespace {

using test::read_tap;
using test::shown;

std::string repeated(std::string_view text, std::size_t times)
{
    std::string all;
    all.reserve(text.size() * times);
    for (; times > 0; --times) {
        all += text;
    }
    return all;
}

TEST(TapBounds, more_cases_than_are_kept)
{
    const CaseReport report = read_tap("1..30000\n" + repeated("ok\n", 20000) + repeated("not ok\n", 10000));
    EXPECT_EQ(report.passed, 20000U);
    EXPECT_EQ(report.failed, 10000U);
    EXPECT_EQ(report.cases.size(), most_cases);
    EXPECT_EQ(report.complaint, "");
}

TEST(TapBounds, random_order)
{
    std::vector<int> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 1);
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(7));
    std::string output = "1..100000\n";
    for (const int number : numbers) {
        output += fmt::format("ok {}\n", number);
    }
    EXPECT_EQ(read_tap(output).complaint, "");
}

TEST(TapBounds, scattered_numbers)
{
    std::string output = "1..400000\n";
    for (int number = 1; number <= 400'000; number += 2) {
        output += fmt::format("ok {}\n", number);
    }
    EXPECT_EQ(read_tap(output).complaint, "the numbers of the cases are too scattered to be checked");
}

TEST(TapBounds, long_texts)
{
    const std::string huge(200'000, 'x');
    const std::string output = "not ok 1 - " + huge + "\n# " + huge + "\n# " + huge + "\n" +
                               "not ok 2\n  ---\n  message: |\n    " + huge + "\n    " + huge + "\n  ...\n" +
                               "# Subtest: " + huge + "\n    not ok " + huge + "\n    not ok " + huge +
                               "\nnot ok 3\nnot ok 4 # TODO " + huge + "\n1..4\n";
    const CaseReport report = read_tap(output);
    ASSERT_EQ(report.cases.size(), 4U);
    for (const Case& each : report.cases) {
        EXPECT_LE(each.name.size(), longest_case_name);
        EXPECT_LE(each.message.size(), longest_case_message);
        EXPECT_FALSE(each.message.empty());
    }
    EXPECT_EQ(report.cases[2].name.substr(0, 500), huge.substr(0, 500));
    EXPECT_LT(report.cases[2].message.size(), 300U);
    EXPECT_EQ(report.complaint, "");
    EXPECT_EQ(read_tap(output, 4096), report);
    for (const std::string& line :
         {"Bail out! " + huge, "1..0 # " + huge, "pragma +strict\n" + huge, "1.." + std::string(9000, '9')}) {
        const CaseReport one = read_tap(line + "\n");
        EXPECT_LE(one.complaint.size() + one.skip_reason.size(), longest_case_message);
        EXPECT_NE(one.complaint + one.skip_reason, "");
    }
}

/// A whole character of UTF-8 is never cut, whether a line, a name or a message is.
TEST(TapBounds, characters_stay_whole)
{
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string text = std::string(shift, 'a') + repeated("\xe2\x82\xac", 3000);
        const CaseReport report = read_tap("1..1\nnot ok 1 - " + text + "\n  ---\n  message: " + text + "\n  ...\n");
        ASSERT_EQ(report.cases.size(), 1U);
        for (const std::string& cut : {report.cases[0].name, report.cases[0].message}) {
            EXPECT_GT(cut.size(), 500U);
            EXPECT_TRUE(cut.ends_with("\xe2\x82\xac") || cut.ends_with("…")) << shift;
        }
    }
}

TEST(TapBounds, deep_indentation)
{
    std::string output = "1..1\n";
    for (std::size_t depth = 1; depth < 2000; ++depth) {
        output += std::string(depth, ' ') + "not ok 1\n" + std::string(depth + 2, ' ') + "---\n";
    }
    EXPECT_EQ(read_tap(output + "ok 1\n").passed, 1U);
}

TEST(TapBounds, truncated_and_cut_anywhere)
{
    const std::string output =
        "TAP version 14\r\n1..4\npragma +strict\n# Subtest: a \\# b\n    not ok 1 - x # TODO \n      ---\n      a: 1\n"
        "      ...\n    1..1\nok 1 - a # b\n  ---\n  message: |\n    m\n  duration_ms: 1.5\n  ...\nnot ok 2\n# why\n"
        "not ok 3 # SKIP s\nok 4 - \xc3\xbc \\\\ # time=1ms\n";
    EXPECT_EQ(shown(read_tap(output)), "pass a # b (1500 us)\nfail 2 | why\nskip 3 | s\npass \xc3\xbc \\ (1000 us)\n");
    for (std::size_t length = 0; length <= output.size(); ++length) {
        const std::string_view part = std::string_view(output).substr(0, length);
        const CaseReport report = read_tap(part);
        EXPECT_EQ(report.complaint.empty(), report.total() == 4) << part;
        EXPECT_EQ(read_tap(part, 1), report) << part;
        TapReader halves;
        halves.feed(std::string_view(output).substr(0, length));
        halves.feed(std::string_view(output).substr(length));
        EXPECT_EQ(halves.finish(), read_tap(output)) << length;
        (void)read_tap(std::string_view(output).substr(length));
    }
}

TEST(TapNumbers, like_a_set)
{
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        TapNumbers numbers;
        std::set<std::uint64_t> all;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t number = 1 + random() % 80;
            EXPECT_EQ(numbers.add(number) == TapNumbers::Added::fresh, all.insert(number).second);
        }
        const std::uint64_t last = random() % 90;
        std::vector<std::uint64_t> missing, beyond;
        for (std::uint64_t number = 1; number <= 90; ++number) {
            if (number <= last && !all.contains(number) && missing.size() < 7) {
                missing.push_back(number);
            }
            if (number > last && all.contains(number) && beyond.size() < 7) {
                beyond.push_back(number);
            }
        }
        EXPECT_EQ(numbers.missing(last, 7), missing);
        EXPECT_EQ(numbers.beyond(last, 7), beyond);
        EXPECT_EQ(numbers.seen_to(last), static_cast<std::uint64_t>(std::distance(all.begin(), all.upper_bound(last))));
    }
}

TEST(TapNumbers, ends_of_the_range)
{
    constexpr std::uint64_t most = UINT64_MAX;
    TapNumbers numbers;
    EXPECT_EQ(numbers.add(most), TapNumbers::Added::fresh);
    EXPECT_EQ(numbers.add(1), TapNumbers::Added::fresh);
    EXPECT_EQ(numbers.add(most - 1), TapNumbers::Added::fresh);
    EXPECT_EQ(numbers.add(most), TapNumbers::Added::repeated);
    EXPECT_EQ(numbers.missing(most, 2), (std::vector<std::uint64_t>{2, 3}));
    EXPECT_EQ(numbers.beyond(most, 2), std::vector<std::uint64_t>{});
    EXPECT_EQ(numbers.beyond(1, 3), (std::vector<std::uint64_t>{most - 1, most}));
    EXPECT_EQ(numbers.seen_to(most), 3U);
}

} // namespace
} // namespace hutch::protocol

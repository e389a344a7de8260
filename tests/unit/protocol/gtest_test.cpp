// GoogleTest's lines → cases: the real outputs of fixtures/gtest, and what else a program can write.
#include "protocol/gtest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/protocol/stored_output.h"

namespace hutch::protocol {
namespace {

CaseReport read(std::string_view text)
{
    GtestReader reader;
    reader.feed(text);
    return reader.finish();
}

/// "passed failed skipped planned".
std::string counts(const CaseReport& report)
{
    return fmt::format("{} {} {} {}", report.passed, report.failed, report.skipped, report.planned);
}

std::string shown(const Case& found)
{
    return fmt::format("{} {}|{}{}", to_string(found.verdict), found.group, found.name,
                       found.message.empty() ? "" : "|" + found.message);
}

std::vector<std::string> shown(const CaseReport& report)
{
    std::vector<std::string> all;
    for (const Case& each : report.cases) {
        all.push_back(shown(each));
    }
    return all;
}

constexpr std::string_view not_ended = "the run did not end: no '[==========] … ran' line";
constexpr std::string_view no_line = "no test was run: no '[==========]' line of GoogleTest in the output";

/// One test's run, with `inside` between its RUN line and its end.
std::string run_of(std::string_view inside, std::string_view summary = "[  PASSED  ] 1 test.\n")
{
    return fmt::format("[==========] Running 1 test from 1 test suite.\n[----------] 1 test from S\n[ RUN      ] S.T\n{}"
                       "[----------] 1 test from S (0 ms total)\n\n[==========] 1 test from 1 test suite ran. (0 ms total)\n{}",
                       inside, summary);
}

TEST(Gtest, RealOutputs)
{
    const std::string ended(not_ended);
    const struct {
        std::string file, counts, complaint, skip_reason;
    } rows[] = {
        {"all.txt", "11 9 3 2", "", ""},
        {"colour.txt", "11 9 3 2", "", ""},
        {"no-time.txt", "11 9 3 2", "", ""},
        {"brief.txt", "11 7 3 2", "", ""},
        {"brief-pass.txt", "2 0 0 0", "", ""},
        {"brief-repeat.txt", "6 4 4 4", "", ""},
        {"brief-abort.txt", "0 2 0 0", ended, ""},
        {"repeat.txt", "6 4 4 4", "", ""},
        {"suites.txt", "1 2 1 0", "", ""},
        {"suites-repeat.txt", "2 4 2 0", "", ""},
        {"pass.txt", "3 0 0 0", "", ""},
        {"one.txt", "1 0 0 0", "", ""},
        {"shuffled.txt", "3 2 2 2", "", ""},
        {"also-disabled.txt", "3 4 2 0", "", ""},
        {"shard.txt", "2 0 1 2", "", ""},
        {"fail-fast.txt", "2 1 4 2", "", ""},
        {"exit.txt", "1 1 0 0", ended + "; ZEnds.ByExit was running", ""},
        {"abort.txt", "2 1 0 0", ended + "; ZEnds.ByAbort was running", ""},
        {"environment-fails.txt", "0 1 2 0", "", ""},
        {"environment-end.txt", "1 1 0 0", "", ""},
        {"environment-skips.txt", "0 0 0 0", "", "no network here"},
        {"nothing.txt", "0 0 0 0", "", "no test fits the filter No.Such"},
        {"empty-shard.txt", "0 0 0 0", "", "no test in shard 2 of 2"},
        {"disabled-only.txt", "0 0 0 2", "", "no test was run: 2 disabled"},
        {"list.txt", "0 0 0 0", std::string(no_line), ""},
        {"help.txt", "0 0 0 0", std::string(no_line), ""},
    };
    for (const auto& row : rows) {
        const CaseReport report = read(stored_output("gtest/" + row.file));
        EXPECT_EQ(report.protocol, Protocol::gtest);
        EXPECT_EQ(counts(report), row.counts) << row.file;
        EXPECT_EQ(report.complaint, row.complaint) << row.file;
        EXPECT_EQ(report.skip_reason, row.skip_reason) << row.file;
    }
}

TEST(Gtest, CasesOfARealOutput)
{
    const std::vector<std::string> expected = {
        "pass SomeDeathTest|Dies",
        "fail SomeDeathTest|DoesNotDie|program.cpp:37: Failure\nDeath test: { std::cerr << \"alive\\n\"; }\n    Result: failed to die.\n"
        " Error msg:\n[  DEATH   ] alive\n[  DEATH   ] ",
        "pass Plain|Passes",
        "pass Plain|Talks",
        "fail Plain|Fails|program.cpp:13: Failure\nExpected equality of these values:\n  1\n  2\nfirst\nprogram.cpp:14: Failure\n"
        "Value of: false\n  Actual: false\nExpected: true\nsecond",
        "skip Plain|Skipped|no database",
        "skip Plain|SkippedSilently",
        "planned Plain|DISABLED_One|disabled",
        "planned Plain|DISABLED_Two|disabled",
        "pass Plain|Recorded",
        "fail Plain|Throws|unknown file: Failure\nC++ exception with description \"thrown\" thrown in the test body.",
        "pass Typed/0|IsSmall",
        "fail Typed/1|IsSmall|program.cpp:34: Failure\nExpected: (sizeof(TypeParam)) <= (4U), actual: 32 vs 4\n"
        "where TypeParam = std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        "skip BrokenSuite|IsSkippedThen",
        "pass BrokenEnd|Passes",
        "pass ZEnds|ByExit",
        "pass ZEnds|ByAbort",
        "pass ZThreads|Talk",
        "pass Few/Numbers|AreSmall/0",
        "fail Few/Numbers|AreSmall/1|program.cpp:24: Failure\nExpected: (GetParam()) < (2), actual: 2 vs 2\nwhere GetParam() = 2",
        "pass Some/Words|AreShort/0",
        "fail Some/Words|AreShort/1|program.cpp:28: Failure\nExpected: (GetParam().size()) < (3U), actual: 15 vs 3\n"
        "where GetParam() = \"Odd.Name (3 ms)\"",
        "fail Some/Words|AreShort/2|program.cpp:28: Failure\nExpected: (GetParam().size()) < (3U), actual: 10 vs 3\n"
        "where GetParam() = \"line\\nbreak\"",
        "fail BrokenSuite|SetUpTestSuite or TearDownTestSuite|program.cpp:41: Failure\nFailed\nno server",
        "fail BrokenEnd|SetUpTestSuite or TearDownTestSuite|program.cpp:47: Failure\nFailed\nleft over",
    };
    EXPECT_EQ(shown(read(stored_output("gtest/all.txt"))), expected);
    EXPECT_EQ(shown(read(stored_output("gtest/colour.txt"))), expected);
    EXPECT_EQ(shown(read(stored_output("gtest/abort.txt"))).back(),
              "fail ZEnds|ByAbort|began and did not end\nprogram.cpp:82: Failure\nExpected equality of these values:\n  3\n  4");
    EXPECT_EQ(shown(read(stored_output("gtest/exit.txt"))).back(), "fail ZEnds|ByExit|began and did not end");
    EXPECT_EQ(shown(read(stored_output("gtest/environment-end.txt"))).back(),
              "fail |outside of tests|program.cpp:66: Failure\nFailed\nnetwork is left");
}

TEST(Gtest, PiecesDoNotMatter)
{
    for (const std::string file : {"all.txt", "brief-repeat.txt", "colour.txt", "environment-skips.txt"}) {
        const std::string text = stored_output("gtest/" + file);
        const CaseReport whole = read(text);
        for (std::size_t at = 0; at <= text.size(); ++at) {
            GtestReader reader;
            reader.feed(std::string_view(text).substr(0, at));
            reader.feed(std::string_view(text).substr(at));
            ASSERT_EQ(reader.finish(), whole) << file << " split at " << at;
        }
        GtestReader reader;
        for (const char& each : text) {
            reader.feed({&each, 1});
        }
        EXPECT_EQ(reader.finish(), whole) << file;
    }
}

TEST(Gtest, WhatIsCutOffIsNeverAPass)
{
    for (const std::string file : {"pass.txt", "brief-pass.txt", "colour.txt", "environment-skips.txt", "one.txt"}) {
        const std::string text = stored_output("gtest/" + file);
        const std::size_t end = text.rfind("[  PASSED  ]");
        for (std::size_t at = 0; at < end; ++at) {
            const CaseReport report = read(std::string_view(text).substr(0, at));
            ASSERT_NE(report.complaint, "") << file << " cut at " << at;
        }
    }
}

TEST(Gtest, LinesInsideOfATest)
{
    const std::string endless(300'000, 'x');
    const struct {
        std::string inside, cases;
    } rows[] = {
        {"[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"[       OK ] S.T\n", "pass S|T"},
        {"[       OK ] S.T (5 ms)\r\n", "pass S|T"},
        {"text[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"\033[0;31mtext\033[m\033[0;32m[       OK ] \033[mS.T (5 ms)\n", "pass S|T"},
        {"[ RUN      ] [       OK ] S.T (5 ms)\n", "pass S|T"},
        {"[[       OK ] S.T (5 ms)\n", "pass S|T"},
        {endless + "[       OK ] S.T (5 ms)\n", "pass S|T"},
        {endless.substr(0, longest_line - 5) + "[       OK ] S.T (5 ms)\n", "pass S|T"},
        {endless.substr(0, longest_line + 5) + "[       OK ] S.T (5 ms)\n", "pass S|T"},
        {endless + "[" + endless + "[[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"[       OK ] S.U (5 ms)\n[  FAILED  ] X.T (1 ms)\n[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"[       OK ] S.T is well\n[       OK ] S.T (x ms)\n[       OK ] S.T (5 ms) more\n[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"a.cpp:1: Failure\nx\n[       OK ] S.T (5 ms)\n", "pass S|T"},
        {"[==========] Running 2 tests from 1 test suite.\n[----------] 2 tests from I\n[ RUN      ] I.A\n[  FAILED  ] I.A (0 ms)\n"
         "[==========] 2 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 1 test.\n[  FAILED  ] 1 test, listed below:\n"
         "[  FAILED  ] I.A\n\n  YOU HAVE 3 DISABLED TESTS\n[       OK ] S.T (5 ms)\n",
         "pass S|T"},
    };
    for (const auto& row : rows) {
        const CaseReport report = read(run_of(row.inside));
        ASSERT_EQ(report.cases.size(), 1U) << row.inside.substr(0, 100);
        EXPECT_EQ(shown(report.cases[0]), row.cases) << row.inside.substr(0, 100);
        EXPECT_EQ(report.complaint, "") << row.inside.substr(0, 100);
        EXPECT_EQ(counts(report), "1 0 0 0");
    }
}

TEST(Gtest, MessagesOfFailures)
{
    const std::string failed = "[  PASSED  ] 0 tests.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] S.T\n\n 1 FAILED TEST\n";
    const struct {
        std::string inside, message;
    } rows[] = {
        {"[  FAILED  ] S.T (5 ms)\n", ""},
        {"noise\n[  FAILED  ] S.T (5 ms)\n", ""},
        {"noise\na.cpp:1: Failure\nwhy\n\n\n[  FAILED  ] S.T (5 ms)\n", "a.cpp:1: Failure\nwhy"},
        {"glueda.cpp:1: Failure\nwhy[  FAILED  ] S.T (5 ms)\n", "glueda.cpp:1: Failure\nwhy"},
        {"a.cpp:1: Skipped\nfirst\nb.cpp:2: Failure\nwhy\n[  FAILED  ] S.T (5 ms)\n", "b.cpp:2: Failure\nwhy"},
        {"[  FAILED  ] S.T, where GetParam() = 3 (5 ms)\n", "where GetParam() = 3"},
        {"[  FAILED  ] S.T, where GetParam() = two\nlines (5 ms)\n", "where GetParam() = two"},
        {"[  FAILED  ] S.T, where TypeParam = int and GetParam() = (1, 2) (5 ms)\n", "where TypeParam = int and GetParam() = (1, 2)"},
    };
    for (const auto& row : rows) {
        const CaseReport report = read(run_of(row.inside, failed));
        ASSERT_EQ(report.cases.size(), 1U) << row.inside;
        EXPECT_EQ(report.cases[0].message, row.message);
        EXPECT_EQ(report.cases[0].verdict, CaseVerdict::fail);
        EXPECT_EQ(report.complaint, "") << row.inside;
    }
}

TEST(Gtest, Durations)
{
    const struct {
        std::string time;
        std::optional<Microseconds> duration;
    } rows[] = {
        {" (0 ms)", Microseconds(0)},
        {" (12 ms)", Milliseconds(12)},
        {"", std::nullopt},
        {", where GetParam() = 1 (7 ms)", Milliseconds(7)},
        {", where GetParam() = (7 ms)", Milliseconds(7)}, // --gtest_print_time=0 with such a value cannot be told from it
        {", where GetParam() = 1 (99999999999999999999 ms)", std::nullopt},
        {", where GetParam() = 1 (9223372036854775807 ms)", std::nullopt},
        {", where GetParam() = 1 (-1 ms)", std::nullopt},
    };
    for (const auto& row : rows) {
        const CaseReport report = read(run_of("[  FAILED  ] S.T" + row.time + "\n"));
        ASSERT_EQ(report.cases.size(), 1U) << row.time;
        EXPECT_EQ(report.cases[0].duration, row.duration) << row.time;
    }
}

TEST(Gtest, WhatDoesNotAddUp)
{
    const std::string begin = "[==========] Running 2 tests from 1 test suite.\n[----------] 2 tests from S\n";
    const std::string one = "[ RUN      ] S.A\n[       OK ] S.A (0 ms)\n", two = "[ RUN      ] S.B\n[  FAILED  ] S.B (0 ms)\n";
    const std::string ran = "[==========] 2 tests from 1 test suite ran. (0 ms total)\n", passed = "[  PASSED  ] 1 test.\n";
    const std::string failed = "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] S.B\n";
    const struct {
        std::string text, complaint;
    } rows[] = {
        {begin + one + two + ran + passed + failed, ""},
        {begin + one + two + "[==========] 2 tests from 1 test case ran.\n" + passed + failed, ""},
        {begin + one + two + ran + passed + failed + "a.cpp:1: Failure\nat the very end\n", ""},
        {begin + one + ran + passed + failed, "the summary says 2 run, the output shows 1"},
        {begin + one + two + one + ran + passed + failed, "the summary says 2 run, the output shows 3"},
        {begin + ran + passed, "the summary says 2 run, the output shows 0"},
        {begin + one + two + ran + "[  PASSED  ] 2 tests.\n", "the summary says 2 passed, the output shows 1"},
        {begin + one + two + ran + passed + "[  FAILED  ] 2 tests, listed below:\n", "the summary says 2 failed, the output shows 1"},
        {begin + one + two + ran + passed + "[  SKIPPED ] 1 test, listed below:\n", "the summary says 1 skipped, the output shows 0"},
        {begin + one + two + ran, "the summary ends before its '[  PASSED  ]' line"},
        {begin + one + two, std::string(not_ended) + "; suite S was running"},
        {begin + one + "[ RUN      ] S.B\n", std::string(not_ended) + "; S.B was running"},
        {begin + one + two + begin + one + two + ran + passed + failed, std::string(not_ended) + "; suite S was running"},
        {begin + one + "[ RUN      ] S.B\n[ RUN      ] S.B\n[       OK ] S.B (0 ms)\n" + ran + "[  PASSED  ] 2 tests.\n",
         "the summary says 2 run, the output shows 3"},
        {"[  FAILED  ] S.B (0 ms)\n[==========] 3 tests from 1 test suite ran.\n" + passed, "the summary says 3 run, the output shows 2"},
        {"[==========] 3 tests from 1 test suite ran.\n[  PASSED  ] 2147483648 tests.\n", "the summary ends before its '[  PASSED  ]' line"},
        {"[==========] Running 0 tests from 0 test suites.\n[==========] 0 tests from 0 test suites ran. (0 ms total)\n[  PASSED  ] 0 tests.\n",
         "no test was run"},
        {"", std::string(no_line)},
        {"\n\n", std::string(no_line)},
        {"a.cpp:1: Failure\n[  FAILED  ] is not a test\n  YOU HAVE 2 DISABLED TESTS\n", std::string(no_line)},
        {std::string("\0\xff\x1b[[[[ \x1b", 9), std::string(no_line)},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(read(row.text).complaint, row.complaint) << row.text;
    }
}

TEST(Gtest, ThreadsAndOldVersions)
{
    const std::string text = "[==========] Running 3 tests from 1 test case.\n[----------] 3 tests from S\n"
                             "[ RUN      ] S.A from a thread\n[       OK ] S.A (0 ms)\n"
                             "[ RUN      ] S.Bfrom a thread\n[       OK ] S.B (0 ms)\n"
                             "noise\n[ RUN      ] not one\nnoise[ RUN      ] S.C\n[  SKIPPED ] S.C (0 ms)\n"
                             "[==========] 3 tests from 1 test case ran. (1 ms total)\n[  PASSED  ] 2 tests.\n\n  YOU HAVE 1 DISABLED TEST\n\n";
    const CaseReport report = read(text);
    EXPECT_EQ(shown(report), (std::vector<std::string>{"pass S|A", "pass S|B", "skip S|C"}));
    EXPECT_EQ(counts(report), "2 0 1 1");
    EXPECT_EQ(report.complaint, "");
}

/// Versions before 1.11 do not name the suite in the summary, and stop where the environment fails.
TEST(Gtest, FailuresOutsideOfTestsInOldVersions)
{
    const std::string begin = "[==========] Running 1 test from 1 test case.\n";
    const std::string end = "[==========] 1 test from 1 test case ran. (0 ms total)\n[  PASSED  ] 1 test.\n";
    const std::string suite = "[----------] 1 test from S\na.cpp:1: Failure\nno server\n[ RUN      ] S.A\n[       OK ] S.A (0 ms)\n";
    const std::string listed = "[  FAILED  ] 0 tests, listed below:\n\n 0 FAILED TESTS\n";
    EXPECT_EQ(shown(read(begin + suite + end + listed)),
              (std::vector<std::string>{"pass S|A", "fail S|SetUpTestSuite or TearDownTestSuite|a.cpp:1: Failure\nno server"}));
    EXPECT_EQ(shown(read(begin + suite + end)), std::vector<std::string>{"pass S|A"}) << "the program passed: a text like a failure";
    EXPECT_EQ(shown(read(begin + suite + "b.cpp:2: Failure\nleft\n" + end + listed)),
              (std::vector<std::string>{"pass S|A", "fail S|SetUpTestSuite or TearDownTestSuite|a.cpp:1: Failure\nno server\n"
                                                    "b.cpp:2: Failure\nleft"}))
        << "a suite fails once";
    EXPECT_EQ(counts(read(begin + suite + end + listed + "b.cpp:2: Failure\nat the very end\n")), "1 1 0 0");
    const CaseReport stopped = read(begin + "[----------] Global test environment set-up.\na.cpp:1: Failure\nno net\n" + end + listed);
    EXPECT_EQ(shown(stopped), std::vector<std::string>{"fail |outside of tests|a.cpp:1: Failure\nno net"});
    EXPECT_EQ(stopped.complaint, "");
}

TEST(Gtest, TextLikeAFailureInABriefRun)
{
    const std::string end = "[==========] 2 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 2 tests.\n";
    for (const std::string& text : {"connect: Failure\n" + end, end + "connect: Failure\n", end + "connect: Failure\n" + end}) {
        const CaseReport report = read(text);
        EXPECT_EQ(report.failed, 0U) << text;
        EXPECT_EQ(report.passed, text.ends_with(end) && text.starts_with(end) ? 4U : 2U) << text;
        EXPECT_EQ(report.complaint, "") << text;
    }
}

TEST(Gtest, DisabledTestsCountOnce)
{
    const std::string ok = "[       OK ] S.T (0 ms)\n", disabled = "[ DISABLED ] S.DISABLED_A\n[ DISABLED ] S.DISABLED_B\n";
    const auto planned = [&](const std::string& inside, const std::string& count) {
        const std::string line = "  YOU HAVE " + count + " DISABLED TESTS\n";
        return read(run_of(inside, "[  PASSED  ] 1 test.\n\n" + line + line)).planned;
    };
    EXPECT_EQ(planned(ok, "3"), 3U);
    EXPECT_EQ(planned(ok + disabled, "2"), 2U);
    EXPECT_EQ(planned(ok + disabled, "3"), 3U);
    EXPECT_EQ(planned(ok + disabled, "1"), 2U) << "of another shard";
    EXPECT_EQ(planned(ok, "2147483648"), 0U) << "GoogleTest counts in int";
    EXPECT_EQ(planned(ok, "-1"), 0U);
}

TEST(Gtest, SeveralProgramsInOneOutput)
{
    const CaseReport report = read(stored_output("gtest/pass.txt") + stored_output("gtest/all.txt") + stored_output("gtest/brief.txt"));
    EXPECT_EQ(counts(report), "25 16 6 4");
    EXPECT_EQ(report.complaint, "");
    EXPECT_EQ(counts(read(stored_output("gtest/nothing.txt") + stored_output("gtest/one.txt"))), "1 0 0 0");
    EXPECT_EQ(read(stored_output("gtest/nothing.txt") + stored_output("gtest/one.txt")).skip_reason, "");
}

TEST(Gtest, LooksLikeIt)
{
    for (const std::string_view line : {"Running main() from gtest_main.cc", "Running main() from ./googletest/src/gtest_main.cc",
                                        "[==========] Running 1 test from 1 test suite.", "[==========] Running 3 tests from 2 test cases.",
                                        "Note: Google Test filter = *", "\033[0;33mNote: Google Test filter = A.*",
                                        "\033[0;32m[==========] \033[mRunning 21 tests from 10 test suites."}) {
        EXPECT_TRUE(looks_like_gtest(line)) << line;
    }
    for (const std::string_view line : {"", "TAP version 13", "1..3", "x[==========] Running 1 test from 1 test suite.", "[==========] ",
                                        "[==========] 1 test from 1 test suite ran.", "[==========] Running late", "running main() from x",
                                        "[ RUN      ] S.T", "Running 3 tests"}) {
        EXPECT_FALSE(looks_like_gtest(line)) << line;
    }
}

} // namespace
} // namespace hutch::protocol

#include "protocol/spl.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"

namespace hutch::protocol {
namespace {

CaseReport read(std::string_view text)
{
    SplReader reader;
    reader.feed(text);
    return reader.finish();
}

std::string fixture(std::string_view name)
{
    const std::string path = std::string(HUTCH_SOURCE_DIR) + "/tests/unit/protocol/fixtures/spl/" + std::string(name);
    return base::read_file(path).value();
}

/// "pass Calculator > division | divides" …
std::string told(const CaseReport& report)
{
    std::string text;
    for (const Case& one : report.cases) {
        text += std::string(to_string(one.verdict)) + " " + one.group + " | " + one.name +
                (one.message.empty() ? "" : " | " + one.message) + "\n";
    }
    return text;
}

struct Said {
    std::string_view file;
    std::size_t passed, failed, skipped;
    std::string_view complaint, cases;
};

constexpr Said corpus[] = {
    {"passes.out", 2, 0, 0, "", "pass Calculator | adds\npass Calculator | subtracts\n"},
    {"two-groups.out", 3, 1, 0, "",
     "pass Calculator > division | divides\nfail Calculator > division | refuses zero | expected nil to equal 0\n"
     "pass Calculator > roots | of four\npass Printer | prints\n"},
    {"skipped.out", 2, 0, 1, "", "pass Threads | starts\nskip Threads | stops\npass Threads | joins\n"},
    {"older-verdict.out", 2, 0, 1, "", "pass Named | one\nskip Named | two\npass Named | three\n"},
    {"dropped.out", 3, 0, 0, "2 cases were dropped", "pass First | one\npass First | two\npass First | three\n"},
    {"not-loaded.out", 0, 0, 0, "nothing was executed, outcome=ERROR", ""},
    {"timeout.out", 1, 0, 0, "the verdict line says outcome=TIMEOUT", "pass Slow | one\n"},
    {"killed.out", 2, 1, 0, "the output ends without a summary of the last 3 cases",
     "pass Calculator | adds\nfail Calculator | divides | expected 2 to equal 3\npass Calculator | sub\n"},
    {"prints.out", 3, 0, 0, "",
     "pass Tables > lookups | finds\npass Tables > lookups | misses\npass Tables > inserts | grows\n"},
    {"long-message.out", 1, 1, 0, "",
     "fail Diff | compares | expected two texts to be equal:\n  - one\n  + two\n    (at column 4)\npass Diff | next\n"},
    {"shared-examples.out", 3, 0, 1, "",
     "pass Stack | is empty\npass Stack > behaves like container | has a size\nskip Stack > behaves like container | "
     "is iterable\n"
     "pass Stack > when full > behaves like container | has a size\n"},
    {"shows-another.out", 0, 1, 0, "", "fail Runner | reads the verdict | expected OK to equal ERROR\n"},
    {"results-only.out", 37, 0, 2, "", ""},
    {"stray-failure.out", 2, 0, 0, "1 case failed, the verdict line says failed=0",
     "pass Calculator | adds\nfail Calculator | divides | expected 2 to equal 3\n"},
};

TEST(Spl, corpus)
{
    for (const Said& said : corpus) {
        SCOPED_TRACE(said.file);
        const CaseReport report = read(fixture(said.file));
        EXPECT_EQ(report.protocol, Protocol::spl);
        EXPECT_EQ(report.passed, said.passed);
        EXPECT_EQ(report.failed, said.failed);
        EXPECT_EQ(report.skipped, said.skipped);
        EXPECT_EQ(report.planned, 0U);
        EXPECT_EQ(report.complaint, said.complaint);
        EXPECT_EQ(report.skip_reason, "");
        EXPECT_EQ(told(report), said.cases);
    }
}

TEST(Spl, every_file_of_the_corpus_is_in_the_table)
{
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(HUTCH_SOURCE_DIR) + "/tests/unit/protocol/fixtures/spl")) {
        const std::string name = entry.path().filename();
        EXPECT_TRUE(name == "README.md" || std::ranges::find(corpus, name, &Said::file) != std::end(corpus)) << name;
    }
}

TEST(Spl, the_cut_into_reads_says_nothing)
{
    for (const Said& said : corpus) {
        const std::string text = fixture(said.file);
        const CaseReport whole = read(text);
        for (std::size_t at = 0; at <= text.size(); ++at) {
            SplReader reader;
            reader.feed(std::string_view(text).substr(0, at));
            reader.feed(std::string_view(text).substr(at));
            EXPECT_EQ(reader.finish(), whole) << said.file << " at " << at;
        }
    }
}

/// Wherever the output of a good file is cut off, it is not good any more, unless only what comes after the summary is missing.
TEST(Spl, a_truncated_output_is_no_pass)
{
    for (const std::string_view file : {"passes.out", "skipped.out", "prints.out", "shared-examples.out"}) {
        const std::string text = fixture(file);
        const std::size_t summary = text.rfind(" failures");
        for (std::size_t at = 0; at < summary; ++at) {
            EXPECT_NE(read(std::string_view(text).substr(0, at)).complaint, "") << file << " at " << at;
        }
    }
}

constexpr std::string_view verdict = "SPEC FILE VERDICT: a.spl ";

struct Line {
    std::string_view fields, complaint;
    std::size_t passed = 0, failed = 0, skipped = 0;
};

TEST(Spl, the_verdict_line_alone)
{
    constexpr Line lines[] = {
        {"outcome=OK declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0", "", 1, 0, 0},
        {"outcome=passed declared>=1 executed=3 passed=1 failed=0 skipped=2 dropped=0", "", 1, 0, 2},
        {"outcome=Pass declared>=0 executed=1 passed=1 failed=0 skipped=0 dropped=0 unknown=x word", "", 1, 0, 0},
        {"outcome=fail declared>=2 executed=2 passed=1 failed=1 skipped=0 dropped=0", "", 1, 1, 0},
        {"outcome=FAILED declared>=2 executed=2 passed=1 failed=1 skipped=0 dropped=0", "", 1, 1, 0},
        {"declared>=2 executed=3 passed=1 failed=1 dropped=0", "", 1, 1, 1},
        {"dropped=0 skipped=0 outcome=OK failed=0 passed=1 executed=1 declared>=1",
         "the verdict line cannot be read: dropped= is missing"},
        {"outcome=OK declared>=1 executed=0 passed=0 failed=0 skipped=0 dropped=0", "nothing was executed"},
        {"outcome=ok declared>=0 executed=0 passed=0 failed=0 skipped=0 dropped=0", "nothing was executed"},
        {"outcome=CRASHED declared>=1 executed=0 passed=0 failed=0 skipped=0 dropped=0",
         "nothing was executed, outcome=CRASHED"},
        {"outcome=OK declared>=3 executed=2 passed=2 failed=0 skipped=0 dropped=1", "1 case was dropped", 2, 0, 0},
        {"outcome=OK declared>=5 executed=2 passed=2 failed=0 skipped=0 dropped=3", "3 cases were dropped", 2, 0, 0},
        {"outcome=OK declared>=5 executed=2 passed=2 failed=0 skipped=0 dropped=0", "5 cases declared, 2 executed", 2,
         0, 0},
        {"outcome=OK declared>=2 executed=2 passed=1 failed=1 skipped=0 dropped=0",
         "the verdict line says outcome=OK and failed=1", 1, 1, 0},
        {"outcome=ERROR declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line says outcome=ERROR, though no case failed", 1, 0, 0},
        {"outcome=NOT_RUN declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line says outcome=NOT_RUN", 1, 0, 0},
        {"outcome=okay declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line says outcome=okay", 1, 0, 0},
        {"outcome= declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0", "the verdict line says outcome=", 1,
         0, 0},
        {"outcome=OK declared>=1 executed=3 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line says executed=3, and 1 passed, 0 failed, 0 skipped", 1, 0, 0},
        {"outcome=skipped declared>=1 executed=2 passed=1 failed=0 skipped=1 dropped=0",
         "the verdict line says outcome=skipped, though 1 case ran", 1, 0, 1},
        {"outcome=OK declared>=1 executed=x passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is not a number of cases: 'x'"},
        {"outcome=OK declared>=1 executed=-1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is not a number of cases: '-1'"},
        {"outcome=OK declared>=1 executed= passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is not a number of cases: ''"},
        {"outcome=OK declared>=1 executed=1000000001 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is not a number of cases: '1000000001'"},
        {"outcome=OK declared=1 executed=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: declared>= is missing"},
        {"outcome=OK declared>=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is missing"},
        {"outcome=OK declared>=1 executed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: passed= is missing"},
        {"outcome=OK declared>=1 executed=1 passed=1 skipped=0 dropped=0",
         "the verdict line cannot be read: failed= is missing"},
        {"outcome=OK declared>=1 executed=1 passed=1 failed=0 dropped=0",
         "the verdict line cannot be read: skipped= is missing"},
        {"outcome=OK declared>=1 executed=1 passed=1 failed=0 skipped=0",
         "the verdict line cannot be read: dropped= is missing"},
        {"declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: outcome= is missing"},
        {"outcome=OK declared>=1 executed=1 executed=2 passed=1 failed=0 skipped=0 dropped=0",
         "the verdict line cannot be read: executed= is there twice"},
        {"fine", "the verdict line cannot be read: neither outcome= nor declared>= is there"},
        {"", "the verdict line cannot be read: neither outcome= nor declared>= is there"},
    };
    for (const Line& line : lines) {
        SCOPED_TRACE(line.fields);
        const CaseReport report = read(std::string(verdict) + std::string(line.fields));
        EXPECT_EQ(report.complaint, line.complaint);
        EXPECT_EQ(report.passed, line.passed);
        EXPECT_EQ(report.failed, line.failed);
        EXPECT_EQ(report.skipped, line.skipped);
        EXPECT_EQ(report.skip_reason, "");
    }
}

TEST(Spl, a_file_that_says_it_was_skipped)
{
    const CaseReport report =
        read(std::string(verdict) + "outcome=SKIPPED declared>=2 executed=0 passed=0 failed=0 skipped=0 dropped=0\n");
    EXPECT_EQ(report.complaint, "");
    EXPECT_EQ(report.skip_reason, "the verdict line says outcome=SKIPPED");
    EXPECT_EQ(report.total(), 0U);
}

TEST(Spl, a_path_with_the_verdict_lines_own_words)
{
    const CaseReport report = read("SPEC FILE VERDICT: my outcome=OK dir/a declared>=9.spl outcome=OK declared>=1 "
                                   "executed=2 passed=2 failed=0 skipped=0 dropped=0\n");
    EXPECT_EQ(report.complaint, "");
    EXPECT_EQ(report.passed, 2U);
}

TEST(Spl, an_unreadable_verdict_leaves_what_was_seen)
{
    const CaseReport report =
        read("A\n  ✓ x\n1 example, 0 failures\nSPEC FILE VERDICT: a.spl outcome=OK executed=many\n");
    EXPECT_EQ(report.passed, 1U);
    EXPECT_EQ(report.complaint, "the verdict line cannot be read: executed= is not a number of cases: 'many'");
}

struct Output {
    std::string_view text, complaint;
    std::size_t passed = 0, failed = 0, skipped = 0;
};

TEST(Spl, summaries_of_groups)
{
    constexpr Output outputs[] = {
        {"3 examples, 0 failures\n", "", 3, 0, 0}, // no marks at all: a quiet mode
        {"3 examples, 1 failure\n1 example, 1 failure\n", "", 2, 2, 0},
        {"1 example, 0 failures (4ms)\n", "", 1, 0, 0},
        {"2 examples, 0 failures, 1 pending\n", "", 2, 0, 0},
        {"A\n\t✓ x\r\n\r\n1 example, 0 failures\r\n", "", 1, 0, 0},
        {"✓ x\n1 example, 0 failures", "", 1, 0, 0},
        {"0 examples, 0 failures\n", "nothing was executed"},
        {"A\n  ✓ x\n0 examples, 0 failures\n", "nothing was executed"},
        {"0 examples, 0 failures\n2 examples, 0 failures\n", "", 2, 0, 0},
        {"A\n  ✗ x\n1 example, 0 failures\n", "1 case failed, the summary tells of 0", 1, 0, 0},
        {"A\n  ✗ x\n1 example, 0 failures\nB\n  ✓ y\n1 example, 1 failure\n", "1 case failed, the summary tells of 0",
         1, 1, 0},
        {"A\n  ✓ x\n3 examples, 0 failures\n", "the summaries tell of 3 cases, 2 of them without a line of their own",
         3, 0, 0},
        {"A\n  ✓ x\n  ✓ y\n1 example, 0 failures\nB\n1 example, 0 failures\n",
         "the summaries tell of 2 cases, 1 of them without a line of their own", 2, 0, 0},
        {"A\n  ✓ x\n  ✓ y\n1 example, 0 failures\n", "", 1, 0, 0}, // one of them is a case's own print
        {"A\n  ○ x (skipped)\n  ○ y (skipped: why)\n2 examples, 0 failures\n", "", 0, 0, 2},
        {"A\n  ○ x (skipped)\n1 example, 1 failure\n", "1 case skipped, the summary tells of 1 case and 1 failed", 0, 1,
         0},
        {"1 example, 2 failures\n", "a summary tells of 1 case and 2 failed", 0, 2, 0},
        {"99999999999999999999 examples, 0 failures\n",
         "a summary cannot be read: examples is not a number of cases: '99999999999999999999'"},
        {"A\n  ✓ x\n1 example, 0 failures\nB\n  ✓ y\n", "the output ends without a summary of the last 1 case", 1, 0,
         0},
        {"A\n  ✓ x\n  B\n    ✓ y\n    1 examples, 0 failures\n2 examples, 0 failures\n", "", 2, 0,
         0}, // a nested group's is counted by the outer
        {"A\n  ✓ x\n1 examples, 0 failures were seen\n", "the output ends without a summary of the last 1 case", 1, 0,
         0},
        {"A\n  ✓ x\n-1 examples, 0 failures\n", "the output ends without a summary of the last 1 case", 1, 0, 0},
        {"1 example, 0 failures\nResults: 1 total, 1 passed, 0 failed\n", "", 1, 0, 0},
        {"1 example, 0 failures\nResults: 1 total, 0 passed, 1 failed\n",
         "the summaries tell of 0 failed, the results of 1", 1, 0, 0},
    };
    for (const Output& output : outputs) {
        SCOPED_TRACE(output.text);
        const CaseReport report = read(output.text);
        EXPECT_EQ(report.complaint, output.complaint);
        EXPECT_EQ(report.passed, output.passed);
        EXPECT_EQ(report.failed, output.failed);
        EXPECT_EQ(report.skipped, output.skipped);
    }
}

TEST(Spl, results_and_what_is_no_spec_at_all)
{
    constexpr Output outputs[] = {
        {"Results: 4 total, 3 passed, 1 failed\n", "", 3, 1, 0},
        {"A\n  ✓ x\nResults: 1 total, 1 passed, 0 failed\n", "", 1, 0, 0},
        {"Results: 4 total, 3 passed, 0 failed\n", "the results tell of 4 cases, and 3 passed, 0 failed, 0 skipped", 3,
         0, 0},
        {"Results: 3 total, 3 passed, 0 failed, 0 skipped, 2 dropped, 1 other\n", "2 cases were dropped", 3, 0, 0},
        {"Results: 0 total, 0 passed, 0 failed\n", "nothing was executed"},
        {"A\n  ✗ x\nResults: 1 total, 1 passed, 0 failed\n", "1 case failed, the results tell of 0", 1, 0, 0},
        {"Results: 99999999999999999999 total, 0 passed, 0 failed\n",
         "the results cannot be read: total is not a number of cases: '99999999999999999999'"},
        {"Results: 1 total, 1 passed\n", "nothing was executed"},
        {"Results: of the vote\n", "nothing was executed"},
        {"", "nothing was executed"},
        {"hello\n", "nothing was executed"},
        {"\n\n \x1b[\n\x1b", "nothing was executed"},
        {"✓done\n○ not skipped\n○ x (skipped) not\n○ x (skippedy)\n", "nothing was executed"},
        {"SPEC FILE VERDICT a.spl\n", "nothing was executed"},
    };
    for (const Output& output : outputs) {
        SCOPED_TRACE(output.text);
        const CaseReport report = read(output.text);
        EXPECT_EQ(report.complaint, output.complaint);
        EXPECT_EQ(report.passed, output.passed);
        EXPECT_EQ(report.failed, output.failed);
        EXPECT_EQ(report.skipped, output.skipped);
    }
}

TEST(Spl, verdict_and_results_must_agree)
{
    const std::string line =
        std::string(verdict) + "outcome=OK declared>=1 executed=1 passed=1 failed=0 skipped=0 dropped=0\n";
    EXPECT_EQ(read(line + "Results: 1 total, 1 passed, 0 failed\n").complaint, "");
    EXPECT_EQ(read(line + "Results: 1 total, 0 passed, 1 failed\n").complaint,
              "the verdict line says failed=0, the results 1 failed");
    EXPECT_EQ(read("2 examples, 1 failure\n" + line).complaint, "1 case failed, the verdict line says failed=0");
}

/// The tool's line is the last; one that a case printed is followed by its group's summary.
TEST(Spl, a_printed_verdict_is_not_the_files)
{
    const std::string good =
        std::string(verdict) + "outcome=OK declared>=9 executed=9 passed=9 failed=0 skipped=0 dropped=0\n";
    const CaseReport printed = read("A\n" + good + "  ✓ x\n1 example, 0 failures\n");
    EXPECT_EQ(printed.passed, 1U);
    EXPECT_EQ(read("A\n" + good + "  ✗ x\n1 example, 1 failure\n").failed, 1U);
    EXPECT_EQ(read("A\n" + good + "  ✗ x\n").complaint, "1 case failed, the verdict line says failed=0");
}

TEST(Spl, terminal_codes_are_no_text)
{
    const CaseReport report = read("\x1b]0;title\x07\x1b[1mA\x1b[0m\n  \x1b[38;5;2m\x1b]8;;http://x\x1b\\✓\x1b(B "
                                   "x\x1b[m\x1b[K\n\x1b[32m1 example, 0 failures\x1b[0m\n");
    EXPECT_EQ(told(report), "pass A | x\n");
    EXPECT_EQ(report.complaint, "");
}

TEST(Spl, groups)
{
    struct Example {
        std::string_view text, cases;
    };
    constexpr Example examples[] = {
        {"✓ x\nA\n  ✓ y\n", "pass  | x\npass A | y\n"},
        {"A\n  B\n    ✓ x\n  ✓ y\n", "pass A > B | x\npass A | y\n"},
        {"A\n    B\n        ✓ x\n", "pass A > B | x\n"},
        {"  lost\n    ✓ x\n", "pass  | x\n"},
        {"A\n   odd\n      ✓ x\n", "pass A | x\n"},
        {"A\n  ✗ x\n    why\n  B\n    ✗ y\n", "fail A | x | why\nfail A > B | y\n"},
        {"A\nprinted\n  ✓ x\n\n  B\nprinted\n    ✓ y\n", "pass A | x\npass A > B | y\n"},
        {"title\n\nA\n  ✓ x\n", "pass A | x\n"},
        {"A\n  ✓ x\nprinted\n  ✓ y\n2 examples, 0 failures\nB\n  ✓ z\n", "pass A | x\npass A | y\npass B | z\n"},
    };
    for (const Example& example : examples) {
        EXPECT_EQ(told(read(example.text)), example.cases) << example.text;
    }
}

TEST(Spl, everything_is_bounded)
{
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += std::string(2 * static_cast<std::size_t>(i), ' ') + std::string(300, 'h') + "\n";
    }
    text += std::string(200, ' ') + "✗ " + std::string(100'000, 'n') + "\n";
    for (int i = 0; i < 1000; ++i) {
        text += std::string(300, ' ') + "message\n";
    }
    for (std::size_t i = 0; i < most_cases + 5; ++i) {
        text += "  ✓ x\n";
    }
    text += std::to_string(most_cases + 6) + " examples, 1 failure\n";
    const CaseReport report = read(text);
    EXPECT_EQ(report.complaint, "");
    EXPECT_EQ(report.passed, most_cases + 5);
    ASSERT_EQ(report.cases.size(), most_cases);
    EXPECT_EQ(report.cases[0].group.size(), longest_case_name);
    EXPECT_EQ(report.cases[0].name.size(), longest_case_name);
    EXPECT_EQ(report.cases[0].message.size(), longest_case_message);
}

} // namespace
} // namespace hutch::protocol

// The TAP reader by the rules of docs/protocols-tap.md. What it makes of real tools' output is in tap_fixtures_test.cpp.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/protocol/tap_reading.h"

namespace hutch::protocol {
namespace {

using test::read_tap;
using test::shown;

struct Row {
    std::string_view output;
    std::string_view shown;
};

void check(const std::vector<Row>& rows)
{
    for (const Row& row : rows) {
        EXPECT_EQ(shown(read_tap(row.output)), row.shown) << row.output;
        for (const std::size_t piece : {1, 2, 3, 7}) {
            EXPECT_EQ(read_tap(row.output, piece), read_tap(row.output)) << piece << " bytes each: " << row.output;
        }
    }
}

TEST(Tap, version)
{
    check({
        {"TAP version 13\n1..1\nok\n", "pass 1\n"},
        {"TAP version 14\n1..1\nok\n", "pass 1\n"},
        {"tap VERSION 14  \n1..1\nok\n", "pass 1\n"},
        {"1..1\nok\n", "pass 1\n"},
        {"starting up\n# seed 3\nTAP version 14\n1..1\nok\n", "pass 1\n"},
        {"\xef\xbb\xbfTAP version 14\n1..1\nok\n", "pass 1\n"},
        {"TAP version 15\n1..1\nok\n", "pass 1\ncomplaint: TAP version 15 is not known\n"},
        {"TAP version 99\n1..1\nok\n", "pass 1\ncomplaint: TAP version 99 is not known\n"},
        {"TAP version 12\n1..1\nok\n", "pass 1\ncomplaint: TAP version 12 is not known\n"},
        {"TAP version 99999999999999999999999\n1..1\nok\n",
         "pass 1\ncomplaint: TAP version 99999999999999999999999 is not known\n"},
        {"TAP version 14\nTAP version 14\n1..1\nok\n", "pass 1\ncomplaint: TAP version 14 stands in the middle\n"},
        {"1..1\nTAP version 14\nok\n", "pass 1\ncomplaint: TAP version 14 stands in the middle\n"},
        {"ok\n1..1\nTAP version 13\n", "pass 1\ncomplaint: TAP version 13 stands in the middle\n"},
        {"TAP version\nTAP version x\nTAP version 14 too\n1..1\nok\n", "pass 1\n"},
    });
}

TEST(Tap, plan)
{
    check({
        {"1..2\nok\nok\n", "pass 1\npass 2\n"},
        {"ok\nok\n1..2\n", "pass 1\npass 2\n"},
        {"1..2  # two of them\nok\nok\n", "pass 1\npass 2\n"},
        {"", "complaint: no plan\n"},
        {"\n \n# nothing\n", "complaint: no plan\n"},
        {"Segmentation fault\n", "complaint: no plan\n"},
        {"ok\n", "pass 1\ncomplaint: no plan, saw 1 case\n"},
        {"ok\nok\n", "pass 1\npass 2\ncomplaint: no plan, saw 2 cases\n"},
        {"1..3\n", "complaint: planned 3 cases, saw 0: missing 1, 2, 3\n"},
        {"1..1\n", "complaint: planned 1 case, saw 0: missing 1\n"},
        {"1..5\nok 1\nok 3\nok 4\n", "pass 1\npass 3\npass 4\ncomplaint: planned 5 cases, saw 3: missing 2, 5\n"},
        {"1..300\nok 2\n", "pass 2\ncomplaint: planned 300 cases, saw 1: missing 1, 3, 4, 5, 6 and 294 more\n"},
        {"1..1\nok\nok\n", "pass 1\npass 2\ncomplaint: planned 1 case, saw 2: not planned 2\n"},
        {"1..3\nok 2\nok 4\nok 1\n",
         "pass 2\npass 4\npass 1\ncomplaint: planned 3 cases, saw 3: missing 3; not planned 4\n"},
        {"ok 7\n1..1\n", "pass 7\ncomplaint: planned 1 case, saw 1: missing 1; not planned 7\n"},
        {"1..1\nok\n1..1\n", "pass 1\ncomplaint: two plans: 1..1 and 1..1\n"},
        {"1..1\n1..2\nok\n", "pass 1\ncomplaint: two plans: 1..1 and 1..2\n"},
        {"ok\n1..2\nok\n", "pass 1\npass 2\ncomplaint: the plan 1..2 stands between cases\n"},
        {"1..18446744073709551615\nok\n", "pass 1\ncomplaint: planned 18446744073709551615 cases, saw 1: missing 2, 3, "
                                          "4, 5, 6 and 18446744073709551609 more\n"},
        {"1..18446744073709551616\nok\n", "pass 1\ncomplaint: the plan 1..18446744073709551616 is too large\n"},
        {"1..x\n2..3\n0..1\n1..\n1...1\n1..1 and more\nok\n", "pass 1\ncomplaint: no plan, saw 1 case\n"},
    });
}

TEST(Tap, whole_file_skipped)
{
    check({
        {"1..0\n", "skipped: skipped\n"},
        {"1..0 # SKIP no database\n", "skipped: no database\n"},
        {"TAP version 14\n1..0 # skip because nothing is there\n# bye\n", "skipped: because nothing is there\n"},
        {"1..0 # Skipped: why\n", "skipped: why\n"},
        {"1..0 # SKIP\n", "skipped: skipped\n"},
        {"1..0 # not \\# installed\n", "skipped: not # installed\n"},
        {"1..0#SKIP glued\n", "skipped: glued\n"},
        {"1..0 # SKIP but\nok\n", "pass 1\ncomplaint: planned 0 cases, saw 1: not planned 1\n"},
        {"ok\n1..0\n", "pass 1\ncomplaint: planned 0 cases, saw 1: not planned 1\n"},
        {"1..0\n1..0\n", "complaint: two plans: 1..0 and 1..0\n"},
    });
}

TEST(Tap, points)
{
    check({
        {"ok\nok 2\nok 3 - x\nok - y\nnot ok\nnot ok 6 z\n1..6\n", "pass 1\npass 2\npass x\npass y\nfail 5\nfail z\n"},
        {"1..2\nok    1   -   wide   \nnot ok\t2\t-\ttabs\n", "pass wide\nfail tabs\n"},
        {"1..3\nok 3\nok 1\nok 2\n", "pass 3\npass 1\npass 2\n"},
        {"1..3\nok 2\nok\nok 1\n", "pass 2\npass 3\npass 1\n"},
        {"1..2\nok 2nd try\nok -dash\n", "pass 2nd try\npass -dash\n"},
        {"1..2\nok - - twice\nok 2 -\n", "pass - twice\npass 2\n"},
        {"1..1\nokay\nnot okay\nnot  ok\nOK\n ok\nok\n", "pass 1\n"},
        {"1..2\nok: colon\nnot ok: colon\n", "pass : colon\nfail : colon\n"},
        {"1..2\nok 1\nok 1\n", "pass 1\npass 1\ncomplaint: case 1 came twice\n"},
        {"1..1\nok 0\n", "pass 0\ncomplaint: a case has the number 0\n"},
        {"1..1\nok 99999999999999999999\n",
         "pass 99999999999999999999\ncomplaint: a case has the number 99999999999999999999\n"},
        {"1..2\nok 18446744073709551615\nok\n",
         "pass 18446744073709551615\npass none\ncomplaint: a case has the number none\n"},
        {"1..1\nok 1 - \xc3\xbcml\xc3\xa4ut \xf0\x9f\x98\x80\n", "pass \xc3\xbcml\xc3\xa4ut \xf0\x9f\x98\x80\n"},
        {"1..2\r\nok 1 - dos\r\nnot ok\r\n", "pass dos\nfail 2\n"},
        {"1..1\nok 1 - no newline", "pass no newline\n"},
        {std::string_view("1..1\nok 1 - a\0b\n\0\n", 18), std::string_view("pass a\0b\n", 9)},
    });
}

TEST(Tap, directives)
{
    check({
        {"1..4\nok 1 # SKIP why\nok 2 - x # skip\nnot ok 3 - y # SKIP root only\nok 4 # Skipped: old words\n",
         "skip 1 | why\nskip x\nskip y | root only\nskip 4 | old words\n"},
        {"1..3\nnot ok 1 - x # TODO later\nnot ok 2 # todo\nok 3 - z # ToDo later\n",
         "planned x | later\nplanned 2\npass z | unexpectedly passed TODO: later\n"},
        {"1..1\nok # TODO\n", "pass 1 | unexpectedly passed TODO\n"},
        {"1..1\nok 1 - a # SKIP slow # TODO too\n", "skip a | slow # TODO too\n"},
    });
}

TEST(Tap, bail_out)
{
    check({
        {"1..3\nok 1\nBail out! no database\nok 2\n1..9\n", "pass 1\ncomplaint: Bail out! no database\n"},
        {"Bail out!\n", "complaint: Bail out!\n"},
        {"bail OUT!  \\# and \\\\\n", "complaint: Bail out! # and \\\n"},
        {"1..1\nok 1\nok 1\nBail out! more important\n", "pass 1\npass 1\ncomplaint: Bail out! more important\n"},
        {"# Subtest: x\n    ok 1\n    Bail out! deep\nok 1 - x\n1..1\n", "complaint: Bail out! deep\n"},
        {"1..1\nok 1\nBail out, said she\n", "pass 1\n"},
    });
}

TEST(Tap, yaml)
{
    check({
        {"1..1\nnot ok 1 - x\n  ---\n  message: \"said \\\"no\\\"\"\n  duration_ms: 12.5\n  severity: fail\n  ...\n",
         "fail x (12500 us) | said \"no\"\n"},
        {"1..2\nnot ok 1\n  ---\n  message: 'it''s'\n  time: 2s\n  ...\nok 2\n  ---\n  message: unused\n  time: 0.5\n  "
         "...\n",
         "fail 1 (2000000 us) | it's\npass 2 (500000 us)\n"},
        {"1..1\nnot ok 1\n  ---\n  message: |\n    first\n      second\n\n    third\n  error: other\n  ...\n",
         "fail 1 | first/  second//third\n"},
        {"1..1\nnot ok 1\n  ---\n  error: >-\n    folded\n  message:\n    key: nested\n  ...\n", "fail 1 | folded\n"},
        {"1..1\nnot ok 1\n  ---\n  error: second\n  message: first\n  data:\n    message: deep\n  ...\n",
         "fail 1 | first\n"},
        {"1..1\nnot ok 1\n  ---\n  message: quoted \"in the middle\"\n  messages: x\n  message:no\n  ...\n",
         "fail 1 | quoted \"in the middle\"\n"},
        {"1..1\nnot ok 1\n# between\n\n  ---\n  message: x\n  ...\n# behind\n", "fail 1 | x\n"},
        {"1..2\nnot ok 1\n  ---\n  message: not closed\nok 2\n", "fail 1 | not closed\npass 2\n"},
        {"1..1\nnot ok 1\n  ---\n  message: the end", "fail 1 | the end\n"},
        {"1..1\nnot ok 1\n  ---\n  Bail out! no\n    ok 2\n  1..5\n  ...\n", "fail 1\n"},
        {"1..1\nnot ok 1\nstray\n  ---\n  message: too late\n  ...\n", "fail 1\n"},
        {"1..1\nnot ok 1\n   --- # three\n   message: any depth\n   ...\n", "fail 1 | any depth\n"},
        {"1..2\nnot ok 1 # TODO why\n  ---\n  message: x\n  ...\nnot ok 2 # TODO\n  ---\n  message: y\n  ...\n",
         "planned 1 | why\nplanned 2 | y\n"},
        {"1..1\nnot ok 1\n  ---\n  duration_ms: -1\n  ...\n", "fail 1\n"},
        {"1..1\nnot ok 1\n  ---\n  duration_ms: 99999999999999999999999999999999\n  time: 1700000000\n  message: ~\n  "
         "...\n",
         "fail 1\n"},
        {"1..1\nok 1 - x # time=12.5ms\n", "pass x (12500 us)\n"},
    });
}

TEST(Tap, diagnostics)
{
    check({
        {"1..2\nnot ok 1 - x\n#   Failed test 'x'\n#   at a.t line 1.\n#          got: '1'\n# Looks like you failed 1 "
         "test of 2.\nok 2\n",
         "fail x | Failed test 'x'/at a.t line 1./       got: '1'\npass 2\n"},
        {"1..2\nok 1\n# not for a pass\nnot ok 2\n#\n#tight\n#\n# b\n#\n", "pass 1\nfail 2 | tight// b\n"},
        {"1..1\nnot ok 1\nstray\n# of something else\n", "fail 1\n"},
        {"not ok 1\n1..1\n# tests 1\n# fail 1\n", "fail 1\n"},
    });
    std::string many = "1..1\nnot ok\n";
    for (int line = 1; line <= 20; ++line) {
        many += fmt::format("# {}\n", line);
    }
    EXPECT_EQ(shown(read_tap(many)), "fail 1 | 1/2/3/4/5/6/7/8/9/10\n");
}

TEST(Tap, subtests)
{
    check({
        {"1..1\n# Subtest: x\n    1..2\n    ok 1 - a\n    ok 2 - b\nok 1 - x\n", "pass x\n"},
        {"1..1\n    ok 1\n    1..1\nok 1 - bare\n", "pass bare\n"},
        {"# Subtest: x\n    not ok 1 - a\n    not ok 2\n    not ok\n    not ok 4 # TODO\n    not ok # SKIP\nnot ok 1 - "
         "x\n1..1\n",
         "fail x | failed: a, 2, unnamed\n"},
        {"1..1\n        not ok 1 - deep\n        1..1\n    not ok 1 - mid\n    1..1\nnot ok 1 - top\n",
         "fail top | failed: mid\n"},
        {"1..1\n    not ok a\n      ---\n      message: deep\n      ...\nnot ok 1 - x\n# own\n",
         "fail x | failed: a/own\n"},
        {"1..2\n    not ok a\nnot ok 1 - x\nnot ok 2 - y\n", "fail x | failed: a\nfail y\n"},
        {"1..1\n    not ok lost\n# Subtest: x\n    ok 1\nnot ok 1 - x\n", "fail x\n"},
        // The parent decides, whatever is wrong below it.
        {"1..1\n    1..3\n    1..4\n    not ok 7\n    TAP version 99\nok 1 - x\n", "pass x\n"},
        {"1..1\nok 1\n    not ok 1 - without an end\n", "pass 1\n"},
        // Test::More closes a skipped subtest without its name.
        {"1..1\n# Subtest: no \\# net\n    1..0 # SKIP no network\nok 1 # skip no network\n",
         "skip no # net | no network\n"},
        {"1..2\n# Subtest: x\nok 1 - y\nok 2\n", "pass y\npass 2\n"},
        {"1..1\n# Subtest\n    ok 1\nok 1\n", "pass 1\n"},
        {"1..1\n    not ok 1\n    not ok 2\n    not ok 3\n    not ok 4\n    not ok 5\n    not ok 6\n    not ok 7\nnot "
         "ok 1\n",
         "fail 1 | failed: 1, 2, 3, 4, 5 and 2 more\n"},
        {"1..1\n  not ok 1\n\tnot ok 1\n   \t not ok 1\nok 1\n", "pass 1\n"},
    });
}

TEST(Tap, strict)
{
    check({
        {"junk\n1..1\nok 1\njunk\n", "pass 1\n"},
        {"pragma +strict\n1..1\nok 1\n  junk!\n", "pass 1\ncomplaint: not TAP, with pragma +strict: 'junk!'\n"},
        {"pragma +strict\npragma -strict\n1..1\nok 1\njunk\n", "pass 1\n"},
        {"pragma +bail, +strict\n1..1\nok 1\njunk\n", "pass 1\ncomplaint: not TAP, with pragma +strict: 'junk'\n"},
        {"pragma +strict\npragma -other\n1..1\nok 1\n\n  # fine\n", "pass 1\n"},
        {"pragma +strict\npragma strict\n1..1\nok 1\n",
         "pass 1\ncomplaint: not TAP, with pragma +strict: 'pragma strict'\n"},
        {"pragma +strict\n1..1\n  ok 1\nok 1\n", "pass 1\ncomplaint: not TAP, with pragma +strict: 'ok 1'\n"},
        // What a subtest sets is its own, and what is in it is its parent's business only by the point that ends it.
        {"1..1\n    pragma +strict\n    ok 1\nok 1\njunk\n", "pass 1\n"},
        {"pragma +strict\n1..1\n    ok 1\n    junk\nok 1\n", "pass 1\n"},
    });
}

TEST(Tap, looks_like_tap)
{
    for (const std::string_view line : {"TAP version 13", "TAP version 14\r\n", "1..5", "1..0 # SKIP x", "ok", "ok 1",
                                        "ok - x", "not ok", "not ok 1 - x", "Bail out!", "Bail out! x",
                                        "\xef\xbb\xbf"
                                        "1..2",
                                        "# Subtest: x", "    # Subtest: x", "1..5\nmore"}) {
        EXPECT_TRUE(looks_like_tap(line)) << line;
    }
    for (const std::string_view line : {"",
                                        " ",
                                        "okay",
                                        "ok, here we go",
                                        "ok: x",
                                        "OK",
                                        "not",
                                        "nothing",
                                        "not okay",
                                        "1..",
                                        "1..x",
                                        "2..3",
                                        "TAP",
                                        "TAP version",
                                        "# comment",
                                        "    ok 1",
                                        "pragma +strict",
                                        "Running main()",
                                        "{",
                                        "Bail out"}) {
        EXPECT_FALSE(looks_like_tap(line)) << line;
    }
}

} // namespace
} // namespace hutch::protocol

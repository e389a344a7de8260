// What real tools write: fixtures/tap/, made by the programs beside them (README there).
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "unit/protocol/tap_reading.h"

namespace hutch::protocol {
namespace {

using test::read_tap;
using test::shown;

std::string fixture(const std::string& name)
{
    std::ifstream file(HUTCH_SOURCE_DIR "/tests/unit/protocol/fixtures/tap/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(TapFixtures, reports)
{
    const std::pair<const char*, const char*> rows[] = {
        {"perl_subtests.tap",
         "pass top\npass all good\nfail one bad | failed: broken, numbers, deep\nskip skipped one | no network\n"
         "pass inner todo\n"},
        {"perl_todo_skip.tap",
         "pass plain\nplanned fails as planned | fix #12\npass works already | unexpectedly passed TODO: fix #12\n"
         "skip 4 | no display\nskip 5 | no display\nfail issue # 7 is gone\n"},
        {"perl_skip_all.tap", "skipped: needs a database\n"},
        {"perl_bail.tap", "pass first\ncomplaint: Bail out! no database handle\n"},
        {"perl_sub_bail.tap", "complaint: Bail out! port closed\n"},
        {"perl_bad_plan.tap", "pass one\npass two\ncomplaint: planned 4 cases, saw 2: missing 3, 4\n"},
        {"perl_died.tap", "pass one\ncomplaint: no plan, saw 1 case\n"},
        {"perl_names.tap",
         "pass hash # TODO not a directive\npass 2\npass \xc3\xbcml\xc3\xa4ut \xf0\x9f\x98\x80\npass back\\slash\n"
         "fail two | lines/on standard output\n"},
        {"perl_diag_on_stdout.tap",
         "fail numbers | Failed test 'numbers'/at -e line 1./       got: '1'/  expected: '2'\n"
         "fail lists | Failed test 'lists'/at -e line 1./  Structures begin differing at:/       $got->[0] = '1'/  "
         "$expected->[0] = '2'\n"},
        {"bats_tap.tap", "pass passes\nfail fails with status | (in test file a.bats, line 2)/"
                         "  `@test \"fails with status\" { echo \"some output\"; [ 1 -eq 2 ]; }' failed/some output\n"
                         "skip skipped | no root\nskip skipped without reason\npass comes with # hash\n"},
        {"bats_tap13.tap", "pass passes\nfail fails with status | (in test file a.bats, line 2)/"
                           "  `@test \"fails with status\" { echo \"some output\"; [ 1 -eq 2 ]; }' failed/some output\n"
                           "skip skipped | no root\nskip skipped without reason\npass comes with # hash\n"},
        {"bats_timed.tap",
         "pass passes in 7ms\nfail fails with status in 6ms | (in test file a.bats, line 2)/"
         "  `@test \"fails with status\" { echo \"some output\"; [ 1 -eq 2 ]; }' failed/some output\n"
         "skip skipped in 6ms | no root\nskip skipped without reason in 8ms\npass comes with # hash in 8ms\n"},
        {"bats_empty.tap", "skipped: skipped\n"},
        {"node_file.tap",
         "pass passes (1456 us)\nfail fails (1656 us) | Expected values to be strictly equal://1 !== 2\n"
         "fail multi (164 us) | first line/second line\nskip skipped (145 us) | no network\nskip skipped bare (1322 "
         "us)\n"
         "planned todo fails (9734 us) | later\npass todo passes (203 us) | unexpectedly passed TODO\n"
         "fail group (2870 us) | failed: inner fails, deep/2 subtests failed\n"
         "pass hash # in name \\ backslash (141 us)\n"},
    };
    for (const auto& [name, expected] : rows) {
        const std::string output = fixture(name);
        EXPECT_EQ(shown(read_tap(output)), expected) << name;
        EXPECT_EQ(read_tap(output, 1), read_tap(output)) << name;
        EXPECT_TRUE(looks_like_tap(output)) << name;
        EXPECT_EQ(read_tap(output).protocol, Protocol::tap);
    }
}

} // namespace
} // namespace hutch::protocol

#!/bin/bash
# @DependsOn: order, what is blocked, cycles, what is taken along and from where.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# before C begins, B and A have ended; found first, started last
make_noted_test a_last 0 '@DependsOn m_middle'
make_noted_test m_middle 0.1 '@DependsOn z_first' '@DependsOn tests/y_first'
make_noted_test y_first 0.1
make_noted_test z_first 0.2
make_noted_test other 0
for _ in 1 2 3; do
  rm -f log
  expect_exit 0 "$HUTCH" run -j 4 tests
  awk '/^- [yz]_first/ { over++ } /^\+ m_middle/ && over != 2 { exit 1 } /^- m_middle/ { middle = 1 } /^\+ a_last/ && !middle { exit 1 }' log ||
    fail "order: $(xargs <log)"
done

# a failure blocks what depends on it, and what depends on that; a skip as well; neighbours are run
rm -rf tests log
make_test 1_fails <<<'exit 1'
make_noted_test 2_blocked 0 '@DependsOn 1_fails'
make_noted_test 3_blocked 0 '@DependsOn 2_blocked'
make_noted_test 4_free 0
expect_exit 1 "$HUTCH" run -j 4 --events events tests
expect_events events <<'EXPECTED'
{name[6:]: e["verdict"] for name, e in by_name.items()} == {"1_fails": "fail", "2_blocked": "blocked", "3_blocked": "blocked", "4_free": "pass"}
"tests/1_fails" in by_name["tests/2_blocked"]["reason"]
len(of("test_started")) == 2
of("run_finished")[0]["failed"] == 3
EXPECTED
expect_in stdout '^BLOCKED .*tests/3_blocked'
expect_in stdout '3 failed.*2 blocked'
expect_eq 'run' 4_free "$(begun)"

# it is tried again before anybody is blocked
make_test 1_fails <<<'echo x >>tries; test "$(wc -l <tries)" = 2'
rm -f log
expect_exit 0 "$HUTCH" run -j 4 --retries 1 tests
expect_eq 'run' '2_blocked 3_blocked 4_free' "$(begun | xargs -n 1 | sort | xargs)"

# pulled in, or not
make_test 1_fails </dev/null
rm -f log
expect_exit 0 "$HUTCH" run --events events tests/3_blocked
expect_events events <<'EXPECTED'
list(by_name) == ["tests/1_fails", "tests/2_blocked", "tests/3_blocked"]
EXPECTED
expect_in stdout '^notice: 2 tests pulled in'
expect_exit 0 "$HUTCH" run --name 3_ --events events tests
expect_events events <<'EXPECTED'
len(by_name) == 3
EXPECTED
expect_exit 0 "$HUTCH" run --no-dependencies --name 3_ --events events tests
expect_events events <<'EXPECTED'
list(by_name) == ["tests/3_blocked"]
EXPECTED
expect_exit 0 "$HUTCH" list --explain tests/3_blocked
expect_in stdout '^tests/1_fails$'
expect_in stdout '^  after: tests/2_blocked$'

# in a directory that nobody named
mkdir elsewhere
mv tests/1_fails elsewhere/first
make_noted_test 2_blocked 0 '@DependsOn ../elsewhere/first'
expect_exit 0 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
by_name["elsewhere/first"]["verdict"] == "pass" and len(by_name) == 4
EXPECTED

# what cannot be
make_noted_test 2_blocked 0 '@DependsOn ../elsewhere/nobody'
expect_exit 2 "$HUTCH" run tests
expect_last_words "^hutch: tests/2_blocked: depends on '../elsewhere/nobody', which is no test"
make_noted_test 2_blocked 0 '@DependsOn 3_blocked'
rm -f log
expect_exit 2 "$HUTCH" run tests
expect_last_words 'cycle: tests/2_blocked → tests/3_blocked → tests/2_blocked$'
make_noted_test 2_blocked 0 '@DependsOn 2_blocked'
expect_exit 2 "$HUTCH" list tests
expect_last_words 'cycle: tests/2_blocked → tests/2_blocked$'
! [[ -e log ]] || fail 'a test was run'

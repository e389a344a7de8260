#!/bin/bash
# Groups, slots, exclusive tests and the memory budget: who never runs beside whom, seen by the tests themselves.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# a group runs one at a time, or as many as [groups] says; other tests run beside it
for i in {1..4}; do make_noted_test "one$i" 0.1 '@Group single'; done
for i in {1..4}; do make_noted_test "two$i" 0.1 '@Group pair'; done
for i in {1..4}; do make_noted_test "both$i" 0.1 '@Group single, pair'; done
printf '[groups]\npair = 2\n' >hutch.toml
expect_exit 0 "$HUTCH" run -j 6 tests
expect_eq 'tests' 12 "$(begun | wc -w)"
expect_eq 'of the group with limit 1' 1 "$(most_at_once '^(one|both)')"
(($(most_at_once '^(two|both)') <= 2)) || fail "of the group with limit 2, more ran at a time: $(cat log)"
expect_eq 'of both groups' 2 "$(most_at_once '^(one|two|both)' | sed 's/3/2/')"
(($(most_at_once) >= 2)) || fail 'nothing runs beside a group'

# without the group's limit it is 1; -j 1 never more
rm -f log hutch.toml
expect_exit 0 "$HUTCH" run -j 6 --name two tests
expect_eq 'of a group' 1 "$(most_at_once)"

# slots: two of three workers; more than there are is all of them
rm -rf tests log
for i in {1..4}; do make_noted_test "wide$i" 0.1 '@Slots 2'; done
for i in {1..4}; do make_noted_test "narrow$i" 0.1; done
make_noted_test all 0.1 '@Slots 99'
expect_exit 0 "$HUTCH" run -j 3 tests
expect_eq 'tests' 9 "$(begun | wc -w)"
awk '{ takes = $2 ~ /wide/ ? 2 : $2 == "all" ? 3 : 1 } $1 == "+" { used += takes } $1 == "-" { used -= takes } used > 3 { exit 1 }' log ||
  fail "more than three slots were used: $(xargs <log)"

# the budget: of what declares 90M, never three in 200M; what declares nothing is not counted
rm -rf tests log
for i in {1..8}; do make_noted_test "declares$i" 0.2 '@Memory 90'; done
for i in {1..3}; do make_noted_test "says_nothing$i" 0.3; done
expect_exit 0 "$HUTCH" run --isolation=if-available -j 8 --memory-budget 200M --no-store tests
expect_eq 'tests' 11 "$(begun | wc -w)"
(($(most_at_once declares) <= 2)) || fail "three at a time: $(xargs <log)"
expect_eq 'declared at a time' 2 "$(most_at_once declares)"
(($(most_at_once) >= 3)) || fail 'what declares nothing waited'
rm log
expect_exit 0 "$HUTCH" run --isolation=if-available -j 8 --memory-budget 0 --no-store --name declares tests
(($(most_at_once) > 2)) || fail 'without a budget, tests wait for memory'
rm log # one that is more than the budget is run alone among those that count
make_noted_test huge 0.2 '@Memory 500'
expect_exit 0 "$HUTCH" run --isolation=if-available -j 4 --memory-budget 200M --no-store --name '/declares[12]|huge/' tests
awk '$2 == "huge" { huge = $1 == "+"; if (huge && now) exit 1; next } $1 == "+" { if (huge) exit 1; now++ } $1 == "-" { now-- }' log ||
  fail "beside a test that takes more than the budget: $(xargs <log)"
expect_exit 2 "$HUTCH" run --memory-budget lots tests
expect_last_words '^hutch: .*lots'

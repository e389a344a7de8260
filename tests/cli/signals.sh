#!/bin/bash
# SIGINT, SIGTERM and SIGHUP end a run with 130, 143 and 129 and leave nothing; a second one waits for nobody.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test a_hangs <<SCRIPT
$PROGRAMS/leak setsid
echo begun >>'$work/begun'
exec $PROGRAMS/hang
SCRIPT
make_test b_ignores <<SCRIPT
echo begun >>'$work/begun'
exec $PROGRAMS/hang_ignoring_term
SCRIPT
make_test c_never <<SCRIPT
echo ran >>'$work/ran'
SCRIPT

two_have_begun() { [[ $(wc -l <begun) == 2 ]]; }

for pair in INT:130 TERM:143 HUP:129; do
  rm -f begun ran
  start "$HUTCH" run --no-limits --grace 300ms -j 2 --events events tests
  id=$(run_id_of "$background")
  wait_for 20 two_have_begun
  kill "-${pair%:*}" "$background"
  expect_end 10 "${pair#*:}"
  tail -n 1 start.err | grep -q "ended by SIG${pair%:*}; 1 not run" || fail "the last line is: $(tail -n 1 start.err)"
  expect_nothing_left_of "$id"
  ! [[ -e ran ]] || fail 'a test was started after the signal'
  expect_events events <<EXPECTED
[e["verdict"] for e in by_name.values()] == ["cancelled"] * 2
by_name["tests/a_hangs"]["signal"] == 15
by_name["tests/b_ignores"]["signal"] == 9
events[-1]["event"] == "run_finished"
events[-1]["signal"] == $(kill -l "${pair%:*}")
events[-1]["not_run"] == 1
EXPECTED
done

rm -f begun
start "$HUTCH" run --no-limits --grace 60s -j 2 tests
id=$(run_id_of "$background")
wait_for 20 two_have_begun
kill -TERM "$background"
sleep 0.3
kill -0 "$background" || fail 'it did not give the grace period'
kill -TERM "$background"
expect_end 5 143
expect_nothing_left_of "$id"

# what it was started with ignored stays ignored by nobody: nohup's SIGHUP is its own affair, SIGTERM is not
rm -f begun
set -m
bash -c 'trap "" HUP; exec "$0" run --no-limits --grace 300ms -j 2 tests' "$HUTCH" >start.out 2>start.err </dev/null &
background=$!
set +m
started+=("$background")
wait_for 20 two_have_begun
id=$(run_id_of "$background")
kill -TERM "$background"
expect_end 10 143
expect_nothing_left_of "$id"

#!/bin/bash
# run-as: root dev service bare
# timeout: 120
# INT, TERM and HUP end a run cleanly with 130, 143 and 129; a second one does not wait for anybody.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test hangs <<SCRIPT
echo begun >>begun
exec "$PROGRAMS/hang"
SCRIPT
make_test hangs_too <<SCRIPT
"$PROGRAMS/leak" setsid
echo begun >>begun
exec "$PROGRAMS/hang"
SCRIPT
make_test never_runs <<'SCRIPT'
echo ran >>ran
SCRIPT

two_have_begun() { [[ $(wc -l <begun) == 2 ]]; }

for pair in INT:130 TERM:143 HUP:129; do
  rm -f begun ran events
  start "$HUTCH" run --no-limits --grace 30s -j 2 --events events tests/hangs tests/hangs_too tests/never_runs
  wait_for 15 two_have_begun
  kill "-${pair%:*}" "$started"
  expect_end 10 "${pair#*:}"
  tail -n 1 start.err | grep -q "${pair%:*}" || fail 'the last line does not name the signal'
  expect_nothing_left
  ! [[ -e ran ]] || fail 'a test was started after the signal'
  expect_facts events - <<EXPECTED
[e["verdict"] for e in events if e["event"] == "test_finished"] == ["cancelled"] * 2
events[-1]["event"] == "run_finished"
events[-1]["signal"] == $(kill -l "${pair%:*}")
events[-1]["not_run"] == 1
EXPECTED
done

# --- whoever ignores SIGTERM has its grace; the second signal ends that --------------------------------------------------
make_test ignores <<SCRIPT
echo begun >>begun
exec "$PROGRAMS/hang_ignoring_term"
SCRIPT
rm -f begun
start "$HUTCH" run --no-limits --grace 60s tests/ignores
wait_for 15 test -s begun
sleep 0.5   # hang_ignoring_term, too, has to begin
kill -TERM "$started"
sleep 1.5
kill -0 "$started" || fail 'the grace time was not given'
kill -TERM "$started"
expect_end 5 143
expect_nothing_left

# --- hutch exec: the command shares the terminal's process group with hutch, as with any wrapper -------------------------------
for pair in INT:130 TERM:143 HUP:129; do
  rm -f begun
  start "$HUTCH" exec --no-limits --grace 30s -- tests/hangs_too
  wait_for 15 test -s begun
  if [[ $pair == INT:* ]]; then kill -INT -- "-$started"; else kill "-${pair%:*}" "$started"; fi
  expect_end 10 "${pair#*:}"
  expect_nothing_left
done

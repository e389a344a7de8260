#!/bin/bash
# Runner and warden both killed: the next run sweeps what is left and says so once, and so does hutch clean; a living run's
# is not touched.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test hangs <<SCRIPT
$PROGRAMS/leak setsid
echo begun >>'$work/begun'
exec $PROGRAMS/hang
SCRIPT
mkdir other
printf '#!/bin/sh\necho begun >>%s/living\nexec %s/sleep_for 60000\n' "$work" "$PROGRAMS" >other/lives
printf '#!/bin/sh\n' >other/passes
chmod 755 other/*

warden_of() { # PID
  local child
  for child in $(<"/proc/$1/task/$1/children"); do
    if tr '\0' ' ' <"/proc/$child/cmdline" | grep -qE '^hutch-warden'; then
      echo "$child"
      return
    fi
  done
}

make_dead_run() {
  local warden
  rm -f begun
  start "$HUTCH" run --no-limits tests
  id=$(run_id_of "$background")
  wait_for 20 test -s begun
  warden=$(warden_of "$background")
  [[ -n $warden ]] || skip 'no warden on this rung: hutch-init itself ends the tests'
  kill -STOP "$background"
  kill -KILL "$warden" "$background"
  wait "$background" || true
  sleep 0.3
  [[ -n $(left_of "$id") ]] || fail 'nothing is left to be swept: the test is void'
}

start "$HUTCH" run --no-limits --events living_events other/lives
living=$background
living_id=$(run_id_of "$living")
wait_for 20 test -s living

make_dead_run
expect_exit 0 "$HUTCH" run --events events other/passes
expect_nothing_left_of "$id" 1
expect_events events <<EXPECTED
len([e for e in of("notice") if "swept" in e["message"]]) == 1
"$id" in [e for e in of("notice") if "swept" in e["message"]][0]["message"]
EXPECTED

make_dead_run
expect_exit 0 "$HUTCH" clean
expect_in stdout "^swept .*$id"
expect_nothing_left_of "$id" 1

kill -0 "$living" || fail 'the living run was ended'
[[ $(left_of "$living_id") == *sleep_for* ]] || fail 'the living test was ended'
kill -TERM "$living"
wait "$living" || true
expect_nothing_left_of "$living_id"

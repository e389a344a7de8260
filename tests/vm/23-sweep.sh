#!/bin/bash
# run-as: root dev service
# timeout: 120
# Runner and warden both killed: what stays is swept by the next run, and by hutch clean; a living run beside it is left alone.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test hangs <<SCRIPT
"$PROGRAMS/leak" setsid
echo begun >>begun
exec "$PROGRAMS/hang"
SCRIPT
make_test lives <<SCRIPT
echo begun >>living
exec "$PROGRAMS/sleep_for" 60000
SCRIPT
make_test passes <<'SCRIPT'
SCRIPT

pids_of() { # COMMAND-LINE PATTERN
  pgrep -f -- "$1" || true
}

# A run whose runner and warden are killed: its test and its cgroups stay.
make_dead_run() {
  local before warden
  rm -f begun
  before=$(pgrep -x hutch-warden || true)
  start "$HUTCH" run tests/hangs
  wait_for 15 test -s begun
  warden=$(comm -13 <(sort <<<"$before") <(pgrep -x hutch-warden | sort))
  [[ $warden =~ ^[0-9]+$ ]] || fail "the warden is not to be found: '$warden'"
  kill -STOP "$started"   # it shall not see that its warden is gone
  kill -KILL "$warden"
  kill -KILL "$started"
  wait "$started" || true
  sleep 0.5
  [[ -n $(pids_of "^$PROGRAMS/hang") ]] || fail 'nothing is left to be swept: the test of the sweep is void'
}

expect_swept() {
  expect_eq 'tests of the dead run' '' "$(pids_of "^$PROGRAMS/hang")"
  expect_eq 'leaks of the dead run' '' "$(pids_of "^$PROGRAMS/leak")"
  expect_eq 'cgroups of the dead run' '' "$(find /sys/fs/cgroup -name "hutch*-$dead-*")"
}

# --- a living run beside it --------------------------------------------------------------------------------------------
start "$HUTCH" run --timeout 80s --events events tests/lives
living=$started
wait_for 15 test -s living

# --- the next run sweeps -------------------------------------------------------------------------------------------------
make_dead_run
dead=$started
expect_exit 0 "$HUTCH" run --events swept tests/passes
expect_swept
expect_facts swept - <<'EXPECTED'
len([e for e in events if e["event"] == "notice" and re.search(r"swe(pt|ep)|left|dead", e["message"])]) == 1
EXPECTED

# --- and so does hutch clean ---------------------------------------------------------------------------------------------
make_dead_run
dead=$started
expect_exit 0 "$HUTCH" clean
expect_swept
grep -q . stdout || fail 'hutch clean does not say what it did'
expect_exit 0 "$HUTCH" clean

# --- the living one was not touched ----------------------------------------------------------------------------------------
kill -0 "$living" || fail 'the living run was ended'
[[ -n $(pids_of "^$PROGRAMS/sleep_for") ]] || fail 'the living test was ended'
pkill -f "^$PROGRAMS/sleep_for"
code=0
wait "$living" || code=$?
expect_eq 'exit code of the living run' 1 "$code"
expect_facts events lives <<'EXPECTED'
(verdict, signal) == ("crash", 15)
EXPECTED
expect_nothing_left

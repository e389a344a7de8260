#!/bin/bash
# run-as: root dev service bare
# timeout: 120
# The wall clock: SIGTERM, grace, then the kill; whatever the test does against it. The clock stands still while tests are frozen.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# rung 5 enforces fewer limits than the profile has; that is another check's subject
limits=(--no-limits)

box 124 "${limits[@]}" --timeout 1s --grace 20s -- "$PROGRAMS/hang"
expect_result <<'EXPECTED'
(verdict, cause, signal) == ("timeout", "wall_clock", 15)
1000 <= duration_ms < 8000
re.search(r"limit 1 s\b", reason)
enforced["wall"] == "watchdog"
EXPECTED

box 124 "${limits[@]}" --timeout 1s --grace 1s -- "$PROGRAMS/hang_ignoring_term"
expect_result <<'EXPECTED'
(verdict, cause, signal) == ("timeout", "wall_clock", 9)
2000 <= duration_ms < 9000
"after SIGTERM" in reason
EXPECTED

# who catches SIGTERM and exits 0 was still too slow
# shellcheck disable=SC2016 # the inner shell expands
box 124 "${limits[@]}" --timeout 1s --grace 20s -- bash -c 'trap "exit 0" TERM; while :; do read -rt 10 <> <(:); done'
expect_result <<'EXPECTED'
(verdict, exit_code) == ("timeout", 0)
EXPECTED

box 124 "${limits[@]}" --timeout 1s --grace 1s -- "$PROGRAMS/stop_self"
expect_result <<'EXPECTED'
(verdict, cause) == ("timeout", "wall_clock")
duration_ms < 9000
EXPECTED

box 124 "${limits[@]}" --timeout 1s --grace 1s -- "$PROGRAMS/close_stdout_hang"
expect_result <<'EXPECTED'
(verdict, cause) == ("timeout", "wall_clock")
EXPECTED

# its children, too, are given the chance to end, and do not survive
box 124 "${limits[@]}" --timeout 1s --grace 1s -- sh -c "'$PROGRAMS/hang_ignoring_term' & '$PROGRAMS/hang' & wait"
expect_result <<'EXPECTED'
(verdict, cause) == ("timeout", "wall_clock")
EXPECTED
expect_nothing_left

# --- frozen: SIGTSTP to the runner -----------------------------------------------------------------------------------
make_test counts <<'SCRIPT'
while :; do echo x >>counted; sleep 0.1; done
SCRIPT
begun=$(milliseconds)
start "$HUTCH" run "${limits[@]}" --timeout 4s --grace 1s --events events tests/counts
wait_for 10 test -s counted
kill -TSTP "$started"
sleep 1   # until every process is frozen
before=$(wc -l <counted)
sleep 4
after=$(wc -l <counted)
expect_eq 'lines written while frozen' 0 $((after - before))
kill -0 "$started" || fail 'the runner did not wait'
kill -CONT "$started"
expect_end 20 1
(($(milliseconds) - begun >= 9000)) || fail 'the clock went on while the test was frozen'
(($(wc -l <counted) > after)) || fail 'it did not go on'
expect_facts events counts <<'EXPECTED'
(verdict, cause) == ("timeout", "wall_clock")
EXPECTED
expect_nothing_left

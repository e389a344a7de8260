#!/bin/bash
# SIGTSTP freezes the tests and stops their clocks, SIGCONT goes on.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test counts <<SCRIPT
i=0
while [ \$i -lt 30 ]; do echo x >>'$work/counted'; i=\$((i + 1)); sleep 0.1; done
SCRIPT

lines() { wc -l <counted; }
is_stopped() { [[ $(sed 's/.*) //' "/proc/$background/stat") == T* ]]; }

# three seconds of work, a limit of eight, frozen for ten
start "$HUTCH" run --no-limits --timeout 8s --events events tests
id=$(run_id_of "$background")
wait_for 20 test -s counted
kill -TSTP "$background"
wait_for 10 is_stopped
sleep 0.5
before=$(lines)
sleep 10
expect_eq 'lines written while frozen' 0 $(($(lines) - before))
kill -CONT "$background"
expect_end 30 0
expect_eq 'lines' 30 "$(lines)"
expect_events events <<'EXPECTED'
by_name["tests/counts"]["verdict"] == "pass"
EXPECTED
expect_nothing_left_of "$id"

# frozen, and then ended
rm counted
start "$HUTCH" run --no-limits --grace 300ms tests
id=$(run_id_of "$background")
wait_for 20 test -s counted
kill -TSTP "$background"
wait_for 10 is_stopped
kill -TERM "$background"
kill -CONT "$background"
expect_end 10 143
expect_nothing_left_of "$id"

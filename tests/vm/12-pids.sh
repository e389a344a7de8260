#!/bin/bash
# run-as: root dev service
# timeout: 90
# A limit of processes contains a fork bomb, and who is refused a fork is told that it was the limit.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# --- a fork bomb -----------------------------------------------------------------------------------------------------
rm -f result.json
code=0
"$HUTCH" exec --json result.json --pids-limit 20 --timeout 3s --grace 1s -- "$PROGRAMS/fork_bomb" >stdout 2>stderr || code=$?
cat stdout stderr
((code != 0)) || fail 'a fork bomb passed'
grep -q 'refused' stdout || fail 'no fork was refused'
expect_result <<'EXPECTED'
verdict in ("timeout", "limit")
pids_limit_hit is true
enforced["pids"] == "cgroup"
pids_peak == 20
EXPECTED
expect_nothing_left

# --- refused, and failed for it --------------------------------------------------------------------------------------
box 1 --pids-limit 20 -- "$PROGRAMS/fork_n" 50
grep -q 'started=19' stdout || fail 'not 19 children and the test itself'
expect_result <<'EXPECTED'
(verdict, cause, exit_code) == ("limit", "pids_max", 1)
"pids.max" in reason
"limit 20" in reason
EXPECTED

# --- enough ----------------------------------------------------------------------------------------------------------
box 0 --pids-limit 51 -- "$PROGRAMS/fork_n" 50
expect_result <<'EXPECTED'
(verdict, pids_limit_hit) == ("pass", false)
EXPECTED

# --- refused, and passed all the same, with 19 processes left ----------------------------------------------------------
box 0 --pids-limit 20 -- "$PROGRAMS/eat_pids_then_exit"
grep -q 'started=19' stdout || fail 'not 19 children'
expect_result <<'EXPECTED'
(verdict, pids_limit_hit) == ("pass", true)
len(leaked) == leaked_count == 19
EXPECTED

# --- several tests at a time: the limit is of each, not of all ----------------------------------------------------------
for name in a b c d; do
  make_test $name <<SCRIPT
exec "$PROGRAMS/fork_n" 15
SCRIPT
done
expect_exit 0 "$HUTCH" run --pids-limit 20 -j 4 tests
expect_nothing_left

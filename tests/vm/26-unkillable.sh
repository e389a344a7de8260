#!/bin/bash
# run-as: root
# timeout: 120
# What cannot be killed (state D) is an error with its /proc state, ends within a bound, and costs its slot, not the run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# A frozen file system: whoever writes waits in state D until it is thawed, SIGKILL or not.
thaw() { fsfreeze -u /scratch 2>/dev/null || true; }
trap thaw EXIT

make_test a_stuck <<SCRIPT
echo begun >begun
exec dd if=/dev/zero of=$SCRATCH/file bs=4096 count=1 status=none
SCRIPT
for name in b c d; do
  make_test $name <<'SCRIPT'
SCRIPT
done

fsfreeze -f /scratch
begun=$(milliseconds)
start "$HUTCH" run -j 2 --timeout 2s --grace 1s --events events tests
expect_end 25 '1|3'   # 3: the machine failed
(($(milliseconds) - begun < 16000)) || fail 'the run did not end in time'
stuck=$(pgrep -x dd) || fail 'nothing was stuck: the test is void'
expect_eq 'state' D "$(process_state "$stuck")"
expect_facts events a_stuck <<EXPECTED
(verdict, cause) == ("error", "unkillable")
"$stuck" in reason
"dd" in reason
re.search(r"\bD\b", reason)
duration_ms >= 7000
EXPECTED
expect_facts events - <<'EXPECTED'
[e["verdict"] for e in events if e["event"] == "test_finished"].count("pass") == 3
events[-1]["event"] == "run_finished"
EXPECTED

# --- hutch exec: there is no exit code of the command's to return ----------------------------------------------------------
start "$HUTCH" exec --json result.json --timeout 1s --grace 1s -- dd if=/dev/zero of="$SCRATCH/other" bs=4096 count=1 status=none
expect_end 40 125
grep -q 'could not be killed.*state D' start.err || fail 'it does not say why'
expect_result <<'EXPECTED'
(verdict, cause) == ("error", "unkillable")
EXPECTED

# --- thawed: they die, and what stands is swept --------------------------------------------------------------------------------
thaw
wait_for 5 bash -c '! pgrep -x dd'
expect_exit 0 "$HUTCH" clean
expect_nothing_left

#!/bin/bash
# kill -9 of the runner while it sets up: before each of its system calls until the run has begun, and at random moments of the
# first milliseconds, ROUNDS (100) times. A second later no process and no cgroup of it is left.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test hangs <<<"exec $PROGRAMS/hang_ignoring_term"
# The store has its own (tests/unit/store/crash_test.cpp): its system calls would make this ten times as long.
run=("$HUTCH" run --no-store --no-limits --grace 50ms --events "$work/events" tests)

python3 - <<'PYTHON' || skip 'ptrace(2) of a child is forbidden here'
import ctypes, sys
sys.exit(ctypes.CDLL(None).ptrace(0, 0, None, None) != 0)
PYTHON
python3 "$here/kill_at_calls.py" "$work/events" "${run[@]}" || fail 'see above'
python3 "$here/kill_runner.py" "${ROUNDS:-100}" 15 "${run[@]}" || fail 'see above'

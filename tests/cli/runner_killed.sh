#!/bin/bash
# kill -9 of the runner at random moments: a second later no process and no cgroup of it is left, and no further start of
# hutch was needed for that. ROUNDS (100) times.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

for kind in plain setsid doublefork ignore_term stopped many deep; do
  make_test "leaks_$kind" <<<"exec $PROGRAMS/leak $kind"
  make_test "hangs_$kind" <<SCRIPT
$PROGRAMS/leak $kind
exec $PROGRAMS/hang_ignoring_term
SCRIPT
done
python3 "$here/kill_runner.py" "${ROUNDS:-100}" 800 "$HUTCH" run --no-limits --timeout 400ms --grace 50ms -j 3 tests ||
  fail 'see above'

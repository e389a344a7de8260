#!/bin/bash
# --stall-timeout: a run in which nothing ends for so long is stopped; one in which something ends is not.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test 1 <<<'exec sleep 1000'
make_test 2 <<<'exec sleep 1000'
make_test 3 </dev/null
start "$HUTCH" run -j 1 --grace 200ms --stall-timeout 1s --events events tests/1 tests/2 tests/3
expect_end 20 1
expect_events events <<'EXPECTED'
by_name["tests/1"]["verdict"] != "pass" and "tests/2" not in by_name and "tests/3" not in by_name
of("run_finished")[0]["not_run"] == 2
of("run_finished")[0]["duration_ms"] >= 1000
EXPECTED
grep -hqi 'stall\|nothing has ended' start.out start.err events || fail "nobody says why: $(cat start.out start.err)"
expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"

# many short ones are no stall, though all together take longer
rm -rf tests
for i in {1..6}; do make_test "$i" <<<'sleep 0.4'; done
expect_exit 0 "$HUTCH" run -j 1 --stall-timeout 1.5s tests
expect_exit 0 "$HUTCH" run -j 1 --parallel-timeout 0 tests/1
expect_exit 2 "$HUTCH" run --stall-timeout soon tests
expect_last_words '^hutch: .*soon'

#!/bin/bash
# --fail-fast and --max-fail: nothing more is started, what was not run is counted.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

for i in 1 2 3 4 5 6; do make_test "$i" <<<"exit $((i % 2))"; done # 1, 3, 5 fail

expect_exit 1 "$HUTCH" run -j 1 --events events tests
expect_events events <<'EXPECTED'
len(by_name) == 6
of("run_finished")[0]["not_run"] == 0
EXPECTED
expect_exit 1 "$HUTCH" run -j 1 --fail-fast --events events tests
expect_events events <<'EXPECTED'
list(by_name) == ["tests/1"]
of("run_finished")[0]["not_run"] == 5
EXPECTED
expect_in stdout '; 5 not run$'
expect_exit 1 "$HUTCH" run --sequential --max-fail 2 --events events tests
expect_events events <<'EXPECTED'
list(by_name) == ["tests/1", "tests/2", "tests/3"]
of("run_finished")[0]["not_run"] == 3
EXPECTED
expect_exit 0 "$HUTCH" run -j 1 --fail-fast tests/2 tests/4

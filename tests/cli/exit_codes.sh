#!/bin/bash
# The exit codes of hutch run, and that the last line on stderr says why it is neither 0 nor 1.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test passes </dev/null
make_test skips <<<'exit 77'
make_test fails <<<'exit 3'
mkdir empty

expect_exit 0 "$HUTCH" run tests/passes
expect_in stdout '^PASS .* tests/passes$'
expect_in stdout '^1 passed, 0 failed, 0 skipped in '
expect_eq 'bytes on stderr' 0 "$(wc -c <stderr)"
expect_exit 0 "$HUTCH" run tests/passes tests/skips
expect_exit 1 "$HUTCH" run tests
expect_in stdout '^FAIL .* tests/fails: exit 3$'
expect_in stdout '^1 passed, 1 failed, 1 skipped in '
expect_exit 1 "$HUTCH" run -C tests .
expect_in stdout ' fails: exit 3$'

expect_exit 4 "$HUTCH" run empty
expect_last_words '^hutch: no tests found'
expect_exit 0 "$HUTCH" run --no-tests=pass empty
expect_exit 4 "$HUTCH" list empty

# a machine that cannot: nothing runs
expect_exit 3 "$HUTCH" run --events /nonexistent/events tests
expect_last_words '^hutch: .*/nonexistent/events'
expect_exit 3 "$HUTCH" run --cgroup-manager=none --cpus 0.5 tests
expect_last_words '^hutch: .*cpu'
expect_exit 3 "$HUTCH" run --cgroup-manager=none --isolation=required tests
expect_exit 1 "$HUTCH" run --cgroup-manager=none --cpus 0.5 --isolation=if-available tests
expect_exit 1 "$HUTCH" run --isolation=off tests

# a test that cannot start is an error, not a failure, and the others run
printf '#!/nonexistent/interpreter\n' >tests/broken
chmod 755 tests/broken
expect_exit 1 "$HUTCH" run tests
expect_in stdout '^ERROR .*tests/broken: could not start'
expect_in stdout '^1 passed, 2 failed, 1 skipped \(1 in error\)'

# HUTCH_* stand in for flags, and flags win
expect_exit 3 env HUTCH_ISOLATION=required HUTCH_CGROUP_MANAGER=none "$HUTCH" run tests/passes
expect_exit 0 env HUTCH_ISOLATION=required HUTCH_CGROUP_MANAGER=none "$HUTCH" run --isolation=auto tests/passes
expect_exit 0 env HUTCH_JOBS=3 "$HUTCH" run tests/passes
expect_in stdout '3 workers'
expect_exit 0 env HUTCH_JOBS=3 "$HUTCH" run -j 2 tests/passes
expect_in stdout '2 workers'

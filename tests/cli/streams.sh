#!/bin/bash
# Standard descriptors that are closed, full or whose reader has gone; what a test finds as its own.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test shows <<'SCRIPT'
ls -l /proc/self/fd >"$TEST_TMPDIR/fds"
for fd in 0 1 2; do echo "fd$fd=$(readlink /proc/self/fd/$fd)"; done
echo "others=$(grep -c ' -> ' "$TEST_TMPDIR/fds")"
echo "tmp=$TEST_TMPDIR mode=$(stat -c %a "$TEST_TMPDIR") umask=$(umask)"
grep -E '^Sig(Blk|Ign)' /proc/self/status
cat
exit 1
SCRIPT

expect_own() {
  expect_in stdout '^  \| others=4$' # three, and the directory that ls reads
  expect_in stdout '^  \| SigBlk:.0{16}$'
  expect_in stdout '^  \| SigIgn:.0{16}$'
  expect_in stdout 'mode=700 umask=0022$'
}

expect_exit 1 "$HUTCH" run tests/shows
expect_own
tmp=$(sed -n 's/.*tmp=\([^ ]*\) .*/\1/p' stdout)
[[ -n $tmp && ! -e $tmp ]] || fail "the test's directory '$tmp' is still there"

# started by somebody careless
# shellcheck disable=SC2016 # the inner shell expands
expect_exit 1 bash -c 'trap "" TERM HUP USR1; exec "$0" run tests/shows <&-' "$HUTCH"
expect_own
# shellcheck disable=SC2016
expect_exit 1 bash -c 'exec "$0" run tests/shows 7</etc/passwd 9>/dev/null' "$HUTCH"
expect_own
code=0
"$HUTCH" run --events events tests/shows <&- >&- 2>&- || code=$?
expect_eq 'exit code with all closed' 1 "$code"
expect_events events <<'EXPECTED'
by_name["tests/shows"]["exit_code"] == 1
events[-1]["event"] == "run_finished"
EXPECTED

# a reader that has gone ends it, without a word
for i in $(seq 40); do make_test "n$i" <<<'sleep 0.05'; done
code=0
{ "$HUTCH" run -j 1 tests 2>stderr || echo $? >code; } | head -n 1 >first
expect_eq 'exit code' 141 "$(<code)"
expect_eq 'bytes on stderr' 0 "$(wc -c <stderr)"
"$HUTCH" list tests | head -n 1 >first
expect_eq 'first of the list' tests/n1 "$(<first)"

# a disk that is full
if [[ -w /dev/full ]]; then
  code=0
  "$HUTCH" run tests/shows >/dev/full 2>stderr || code=$?
  expect_eq 'exit code' 3 "$code"
  expect_last_words 'No space left'
fi

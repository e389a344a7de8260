#!/bin/bash
# The store of a run: where it is made, what is told when it cannot be had, and that nothing but its uses depends on it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test passes </dev/null
make_test fails <<<'exit 1'
mkdir below

# .hutch in the project's directory, which git does not see
expect_exit 0 "$HUTCH" list tests
! [[ -e .hutch ]] || fail 'list made a store'
expect_exit 1 "$HUTCH" run --no-store tests
! [[ -e .hutch ]] || fail '--no-store made a store'
expect_exit 4 "$HUTCH" list --rerun-failed tests
touch hutch.toml
expect_exit 1 "$HUTCH" run -C below "$work/tests"
[[ -f .hutch/store.sqlite && ! -e below/.hutch ]] || fail "the store is not beside hutch.toml: $(ls -A . below)"
expect_eq '.gitignore' '*' "$(<.hutch/.gitignore)"
expect_eq 'mode' '700 600' "$(stat -c %a .hutch .hutch/store.sqlite | xargs)"
if command -v git >/dev/null; then
  git init -q . 2>/dev/null
  expect_eq 'git sees' '' "$(git status --porcelain | grep hutch/ || true)"
fi
expect_exit 1 "$HUTCH" run tests
expect_exit 0 "$HUTCH" list --rerun-failed tests
expect_eq 'failed' tests/fails "$(<stdout)"
expect_exit 1 "$HUTCH" run # nothing in .hutch is a test
expect_in stdout '^1 passed, 1 failed'

# somewhere else
export HUTCH_STATE_DIR=$work/state
expect_exit 4 "$HUTCH" list --rerun-failed tests
expect_exit 1 "$HUTCH" run tests
[[ -f state/store.sqlite ]] || fail "HUTCH_STATE_DIR was not used: $(ls -A)"
unset HUTCH_STATE_DIR

# who cannot write keeps no history and says so, and that is all
rm -rf .hutch
touch in-the-way
export HUTCH_STATE_DIR=$work/in-the-way/state # so for root, too
expect_exit 1 "$HUTCH" run --events events tests
expect_in stdout '^notice: no history is kept: .*\(--no-store says nothing\)$'
expect_events events <<'EXPECTED'
len(by_name) == 2
EXPECTED
expect_exit 1 "$HUTCH" run --no-store tests
expect_not_in stdout 'history'
expect_exit 3 "$HUTCH" run --rerun-failed tests
expect_last_words '^hutch: '
unset HUTCH_STATE_DIR
if (($(id -u) != 0)); then
  chmod a-w .
  code=0
  "$HUTCH" run tests >"$TMPDIR/out" 2>"$TMPDIR/err" || code=$?
  chmod u+w .
  expect_eq 'exit code' 1 "$code"
  expect_in "$TMPDIR/out" '^notice: no history is kept'
fi

# a damaged one is set aside, with a notice; the run goes on, and the next one knows it
expect_exit 1 "$HUTCH" run tests
echo 'no database' >.hutch/store.sqlite
rm -f .hutch/store.sqlite-*
expect_exit 1 "$HUTCH" run tests
expect_in stdout '^notice: .*damaged'
ls .hutch/store.sqlite.damaged-* >/dev/null || fail "it was not kept: $(ls .hutch)"
expect_exit 1 "$HUTCH" run --rerun-failed --events events tests
expect_not_in stdout 'damaged'
expect_events events <<'EXPECTED'
list(by_name) == ["tests/fails"]
EXPECTED

# never through a link that lies in its place
rm -rf .hutch && mkdir .hutch
echo precious >precious
ln -s "$work/precious" .hutch/store.sqlite
expect_exit 1 "$HUTCH" run tests
expect_in stdout '^notice: no history is kept'
expect_eq 'precious' precious "$(<precious)"

# a run that is killed leaves what it knew: the next one starts by itself
rm -rf .hutch
make_test hangs <<<'exec sleep 1000'
start "$HUTCH" run -j 1 tests/passes tests/fails tests/hangs
wait_for 20 grep -q '^FAIL.*tests/fails' start.out
wait_for 20 eval 'ps -eo args | grep -q "^sleep 1000$"'
run=$(run_id_of "$background")
kill -KILL "$background"
wait "$background" 2>/dev/null || true
expect_exit 0 "$HUTCH" list --rerun-failed tests
expect_in stdout '^tests/fails$'
expect_not_in stdout '^tests/passes$'
"$HUTCH" clean >/dev/null 2>&1 || true
expect_nothing_left_of "$run" 10

#!/bin/bash
# A hutch inside of a test of hutch stays in that test's cgroup: it asks no manager for a scope, unless the user names one.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

mkdir inner
printf '#!/bin/sh\nsed -n "s/^0:://p" /proc/self/cgroup >%s/inner.cgroup\n' "$work" >inner/shows
chmod 755 inner/shows
make_test nests <<SCRIPT
sed -n 's/^0:://p' /proc/self/cgroup >'$work/outer.cgroup'
exec '$HUTCH' run --no-limits '$work/inner'
SCRIPT
expect_exit 0 "$HUTCH" run --no-limits --events events tests
expect_events events <<'EXPECTED'
by_name["tests/nests"]["verdict"] == "pass" and not by_name["tests/nests"]["leaked"]
EXPECTED
expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"
[[ $(<inner.cgroup) == $(<outer.cgroup)* ]] || fail "the inner test was in $(<inner.cgroup), its run in $(<outer.cgroup)"

expect_exit 0 env HUTCH=1 "$HUTCH" doctor
expect_in stdout '^  rung 1 +no +.*HUTCH=1'
expect_exit 0 "$HUTCH" doctor # HUTCH is something else here, and that says nothing
expect_not_in stdout 'HUTCH=1'
env HUTCH=1 "$HUTCH" doctor --cgroup-manager=systemd >stdout 2>stderr || true # whether or not there is one
expect_not_in stdout 'HUTCH=1'
expect_not_in stderr 'HUTCH=1'

# where a filter around us refuses close_range(2), a test has no more descriptors than elsewhere
for policy in trusted default; do
  # shellcheck disable=SC2016 # the inner shell expands
  expect_exit 0 "$HUTCH" exec -p trusted --set syscalls.filter=true --set 'syscalls.deny=["close_range"]' --set 'syscalls.denial="errno"' \
    --set process.no_new_privs=true -- sh -c 'exec 9</dev/zero; "$1" exec -p "$2" --isolation=if-available -- sh -c "ls /proc/self/fd | xargs"' sh "$HUTCH" "$policy"
  expect_eq "descriptors under $policy" '0 1 2 3' "$(<stdout)"
done

#!/bin/bash
# run-as: root service
# timeout: 90
# Started in a cgroup that was once killed by cgroup.kill, where newer kernels kill every child at birth: the run works.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# A cgroup that was killed, and one below it; in the service a delegated one each.
base=/sys/fs/cgroup
[[ $HUTCH_VM_USER == root ]] || base+=$(cut -d : -f 3- /proc/self/cgroup)
poisoned=$base/poisoned
trap 'echo 1 >"$poisoned/cgroup.kill"; sleep 0.5; find "$poisoned" -depth -type d -delete' EXIT
mkdir "$poisoned" "$poisoned/below"
sleep 100 &
echo $! >"$poisoned/cgroup.procs"
echo 1 >"$poisoned/cgroup.kill"
wait $! || true
for cgroup in "$poisoned" "$poisoned/below"; do
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.delegate", b"1")' "$cgroup"
done

within() { # CGROUP CMD…
  # shellcheck disable=SC2016 # the inner shell expands
  bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$@"
}

make_test passes <<'SCRIPT'
echo it ran
SCRIPT
for cgroup in "$poisoned" "$poisoned/below"; do
  for choice in auto cgroupfs none; do
    printf -- '--- %s, %s\n' "${cgroup#/sys/fs/cgroup/}" $choice
    expect_exit 0 within "$cgroup" "$HUTCH" run --isolation=if-available --cgroup-manager=$choice --events events tests/passes
    expect_facts events passes <<'EXPECTED'
verdict == "pass"
EXPECTED
    expect_nothing_left
  done
done

# --- a test, too, may kill a cgroup of its own: the next one is not harmed -------------------------------------------------
for name in a b c d; do
  make_test $name <<'SCRIPT'
cd /sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup) && mkdir x && echo 1 >x/cgroup.kill && rmdir x
SCRIPT
done
expect_exit 0 "$HUTCH" run -j 2 tests

# --- the doctor knows, where the kernel is one of those ---------------------------------------------------------------------
expect_exit 0 within "$poisoned" "$HUTCH" doctor --cgroup-manager=cgroupfs
[[ $(uname -r) == 6.1.* ]] || grep -qi 'birth' stdout || fail 'the doctor does not speak of it'
expect_nothing_left

#!/bin/bash
# run-as: root dev service
# timeout: 120
# Whose out-of-memory was it? Only that of its own limit is the test's fault; an enclosing limit and the machine are named as such.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# An enclosing cgroup with 100 MB: the caller's cgroup (service), a delegated scope around the runner (root), the slice of the
# run's scope (dev).
expect_enclosing() {
  expect_facts result.json <<'EXPECTED'
(verdict, cause) == ("error", "memory_enclosing")
enforced["memory"] == "cgroup"
oom_kills >= 1
memory_peak_bytes < 150 * MB
"above" in reason
EXPECTED
}

# The same place, but the test's own limit is the smaller one.
expect_own() {
  expect_facts result.json <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
memory_peak_bytes <= 32 * MB
EXPECTED
}

hog=(--json result.json --memory 400M -- "$PROGRAMS/allocate" 200)
small_hog=(--json result.json --memory 32M -- "$PROGRAMS/allocate" 80)
case $HUTCH_VM_USER in
  root)
    enclosed=(systemd-run --scope --quiet --collect -p Delegate=yes -p MemoryMax=100M -p MemorySwapMax=0)
    expect_exit 137 "${enclosed[@]}" "$HUTCH" exec --cgroup-manager=cgroupfs "${hog[@]}"
    expect_enclosing
    expect_exit 137 "${enclosed[@]}" "$HUTCH" exec --cgroup-manager=cgroupfs "${small_hog[@]}"
    expect_own
    ;;
  service)
    own=/sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup)
    echo 100M >"$own/memory.max"
    expect_exit 137 "$HUTCH" exec "${hog[@]}"
    expect_enclosing
    expect_exit 137 "$HUTCH" exec "${small_hog[@]}"
    expect_own
    ;;
  dev)
    slice=$("$HUTCH" exec -- cat /proc/self/cgroup 2>/dev/null | grep -o '[^/]*\.slice' | tail -n 1)
    [[ $slice != user-1000.slice ]] || fail "the run's scope is in no slice of the user manager"
    trap 'systemctl --user revert "$slice"' EXIT
    systemctl --user set-property --runtime "$slice" MemoryMax=100M
    expect_exit 137 "$HUTCH" exec "${hog[@]}"
    expect_enclosing
    expect_exit 137 "$HUTCH" exec "${small_hog[@]}"
    expect_own
    ;;
esac
expect_nothing_left

# --- the machine -----------------------------------------------------------------------------------------------------
# Most of it is set aside as huge pages, which nobody touches: to fill 3 GB by hand takes an emulated CPU minutes. Then comes a hog
# larger than the rest, with no limit of its own in the way: by far the largest process, so it is the one to be killed.
[[ $HUTCH_VM_USER == root ]] || exit 0
free_mb() { echo $(($(sed -n 's/^MemFree: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024)); }
trap 'echo 0 >/proc/sys/vm/nr_hugepages' EXIT
echo 3 >/proc/sys/vm/drop_caches
echo $((($(free_mb) - 400) / 2)) >/proc/sys/vm/nr_hugepages
(($(free_mb) < 800)) || fail "$(free_mb) MB are still free"
box 137 --memory 4G --timeout 100s -- "$PROGRAMS/allocate" $(($(free_mb) + 400))
expect_result <<'EXPECTED'
(verdict, cause) == ("error", "memory_machine")
oom_kills >= 1
"machine" in reason
EXPECTED
expect_nothing_left

#!/bin/bash
# run-as: root dev dev-io service
# timeout: 120
# A memory limit is the kernel's: whoever in the scope uses too much, in whatever way, the test ends as oom; cache does not count.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# --- anonymous memory ------------------------------------------------------------------------------------------------
box 137 --memory 64M -- "$PROGRAMS/allocate" 200
grep -q 'allocated=40' stdout || fail 'it was killed before it had used 40 MB'
! grep -q 'allocated=72' stdout || fail 'it went beyond its limit'
expect_result <<'EXPECTED'
(verdict, cause, signal, exit_code) == ("oom", "memory_own", 9, null)
60 * MB <= memory_peak_bytes <= 64 * MB
memory_peak_sampled is false
oom_kills >= 1
enforced["memory"] == "cgroup"
re.search(r"limit 64 MB\b", reason)
re.search(r"peak 6[0-4](\.\d+)? MB", reason)
EXPECTED
tail -n 1 stderr | grep -q 'memory' || fail 'the last line does not say why'

box 0 --memory 64M -- "$PROGRAMS/allocate" 40
expect_result <<'EXPECTED'
verdict == "pass"
40 * MB <= memory_peak_bytes <= 48 * MB
oom_kills == 0
EXPECTED

# --- the same in hutch run: verdict, sentence, exit code ---------------------------------------------------------------
make_test hog <<SCRIPT
"$PROGRAMS/allocate" 200
echo 'the shell lives'
SCRIPT
expect_exit 1 "$HUTCH" run --memory 64M --events events tests/hog
! grep -q 'the shell lives' stdout stderr || fail 'memory.oom.group did not take the whole test'
expect_facts events hog <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
oom_kills >= 2
"64 MB" in reason
EXPECTED
grep -q '64 MB' stdout stderr || fail 'the limit is not named to the user'

# --- in a child, in shared memory ------------------------------------------------------------------------------------
box 137 --memory 64M -- "$PROGRAMS/allocate_child" 200
! grep -q 'child died' stdout || fail 'the parent outlived its child'
expect_result <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
60 * MB <= memory_peak_bytes <= 64 * MB
EXPECTED
box 137 --memory 64M -- "$PROGRAMS/shm_hog" 200
expect_result <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
60 * MB <= memory_peak_bytes <= 64 * MB
EXPECTED

# --- page cache is given back ----------------------------------------------------------------------------------------
box 0 --memory 64M -- dd if=/dev/zero of="$SCRATCH/large" bs=1M count=120 status=none
expect_result <<'EXPECTED'
verdict == "pass"
oom_kills == 0
memory_peak_bytes <= 64 * MB
EXPECTED
box 0 --memory 32M -- dd if="$SCRATCH/large" of=/dev/null bs=1M status=none
expect_result <<'EXPECTED'
verdict == "pass"
memory_peak_bytes <= 32 * MB
EXPECTED
rm "$SCRATCH/large"

# --- what was written ------------------------------------------------------------------------------------------------
# shellcheck disable=SC2016 # the inner shell expands
box 0 --memory 64M -- sh -c 'cd /sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup) &&
  echo $(cat memory.max memory.swap.max memory.oom.group)'
expect_eq 'memory.max, swap.max, oom.group' '67108864 0 1' "$(<stdout)"
expect_nothing_left

# --- swap that is there is closed: else the hog would fit ---------------------------------------------------------------
[[ $HUTCH_VM_USER == root ]] || exit 0
trap 'swapoff "$SCRATCH/swap"' EXIT
dd if=/dev/zero of="$SCRATCH/swap" bs=1M count=160 status=none
chmod 600 "$SCRATCH/swap"
mkswap -q "$SCRATCH/swap"
swapon "$SCRATCH/swap"
box 137 --memory 64M -- "$PROGRAMS/allocate" 150
expect_result <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
EXPECTED

#!/bin/bash
# run-as: root dev dev-io service
# timeout: 90
# What the test finds written in its cgroup and in its resource limits is what was asked for; nonsense is refused before anything starts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016 # the inner shell expands
show='cd /sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup) && for file; do echo "$file=$(cat $file)"; done'

shows() { grep -qxF "$1" stdout || fail "the test does not see $1"; }

# --- in the cgroup, at the test's first instruction ----------------------------------------------------------------------
box 0 --memory 5M --memory-high 4M --cpus 0.5 --cpu-weight 33 --pids-limit 21 -- \
  sh -c "$show" sh memory.max memory.high memory.swap.max memory.oom.group cpu.max cpu.weight pids.max
for line in memory.max=5242880 memory.high=4194304 memory.swap.max=0 memory.oom.group=1 'cpu.max=50000 100000' cpu.weight=33 \
  pids.max=21; do
  shows "$line"
done
expect_result <<'EXPECTED'
verdict == "pass"
{enforced[key] for key in ("memory", "memory_high", "cpu", "cpu_weight", "pids")} == {"cgroup"}
EXPECTED

# none asked, none written
box 0 -- sh -c "$show" sh memory.max cpu.max pids.max
for line in memory.max=max 'cpu.max=max 100000' pids.max=max; do shows "$line"; done
expect_result <<'EXPECTED'
enforced == {}
EXPECTED

# --- docker's and systemd's words, and the profiles ------------------------------------------------------------------------
box 0 -p MemoryMax=6M -p TasksMax=22 -p CPUQuota=50% -- sh -c "$show" sh memory.max cpu.max pids.max
for line in memory.max=6291456 'cpu.max=50000 100000' pids.max=22; do shows "$line"; done
make_test shows_limits <<SCRIPT
set -- memory.max cpu.max pids.max
$show
exit 1
SCRIPT
expect_exit 1 "$HUTCH" run --events events tests/shows_limits
for line in memory.max=536870912 'cpu.max=100000 100000' pids.max=50; do
  grep -qF "$line" stdout || fail "profile standard: no $line"
done
if [[ $HUTCH_VM_USER == dev ]]; then
  # what was asked for with a profile's name cannot be held
  expect_exit 3 "$HUTCH" run --profile fast tests/shows_limits
else
  expect_exit 1 "$HUTCH" run --profile fast tests/shows_limits
  for line in memory.max=134217728 'cpu.max=50000 100000' pids.max=10; do
    grep -qF "$line" stdout || fail "profile fast: no $line"
  done
fi
expect_exit 1 "$HUTCH" run --no-limits tests/shows_limits
for line in memory.max=max 'cpu.max=max 100000' pids.max=max; do
  grep -qF "$line" stdout || fail "--no-limits: no $line"
done

# --- resource limits -------------------------------------------------------------------------------------------------------
box 0 --open-files 64 --core-size 0 --file-size 1M -- "$PROGRAMS/print_limits"
for line in rlimit.nofile=64:64 rlimit.core=0:0 rlimit.fsize=1048576:1048576; do shows "$line"; done
box 1 --open-files 64 -- "$PROGRAMS/open_files" 100
grep -q EMFILE stdout || fail 'more files than the limit were opened'

# --- what could not work is a mistake of the user's ---------------------------------------------------------------------------
box 2 --memory 4K -- true
box 2 --memory 1023K -- true
grep -qi 'memory' stderr || fail 'it does not say what was wrong'
box 2 --memory nonsense -- true
box 2 --pids-limit 0 -- true
box 2 --cpus 0 -- true
box 2 --io 'wpbs=2M' -- true
box 2 --timeout -1s -- true
# the floor itself ends as something that has a name
code=0
"$HUTCH" exec --json result.json --memory 1M -- "$PROGRAMS/exit_with" 0 || code=$?
expect_result <<'EXPECTED'
verdict in ("pass", "oom")
EXPECTED
expect_nothing_left

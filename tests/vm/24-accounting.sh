#!/bin/bash
# run-as: root dev dev-io service
# timeout: 90
# The figures of a result are those of the kernel; what it does not keep is null, never zero.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

cd "$SCRATCH"

# --- CPU ---------------------------------------------------------------------------------------------------------------
box 0 -- "$PROGRAMS/compute" 2
expect_result <<'EXPECTED'
2000000 <= cpu_usec <= 2800000
abs(user_usec + system_usec - cpu_usec) <= 20000
duration_ms >= 1900
throttled_periods == 0
EXPECTED
# of all its processes
box 0 -- sh -c "'$PROGRAMS/compute' 1 & '$PROGRAMS/compute' 1 & wait"
expect_result <<'EXPECTED'
2000000 <= cpu_usec <= 3000000
EXPECTED
# who sleeps uses none
box 0 -- "$PROGRAMS/sleep_for" 1000
expect_result <<'EXPECTED'
duration_ms >= 1000
cpu_usec < 300000
EXPECTED

# --- memory, processes, pressure -----------------------------------------------------------------------------------------
box 0 -- "$PROGRAMS/allocate" 40
expect_result <<'EXPECTED'
40 * MB <= memory_peak_bytes <= 46 * MB
memory_peak_sampled is false
EXPECTED
box 0 --pids-limit 50 -- "$PROGRAMS/fork_n" 10
expect_result <<'EXPECTED'
pids_peak == 11
[type(figure) for figure in (memory_stall_usec, cpu_stall_usec, io_stall_usec)] == [int] * 3
EXPECTED
# four threads on two processors wait for each other
box 0 -- "$PROGRAMS/spin_threads" 4 1
expect_result <<'EXPECTED'
cpu_stall_usec > 100000
EXPECTED

# --- I/O -----------------------------------------------------------------------------------------------------------------
box 0 -- "$PROGRAMS/write_file" "$SCRATCH/file" 5 direct
if [[ $HUTCH_VM_USER == dev ]]; then
  expect_result <<'EXPECTED'
(io_read_bytes, io_write_bytes) == (null, null)
EXPECTED
else
  expect_result <<'EXPECTED'
5 * MB <= io_write_bytes <= 6 * MB
io_writes >= 5
EXPECTED
  box 0 -- dd if="$SCRATCH/file" of=/dev/null bs=1M iflag=direct status=none
  expect_result <<'EXPECTED'
5 * MB <= io_read_bytes <= 9 * MB
EXPECTED
fi

# --- one test's figures are not another's ----------------------------------------------------------------------------------
make_test a_computes <<SCRIPT
exec "$PROGRAMS/compute" 1
SCRIPT
make_test b_sleeps <<SCRIPT
exec "$PROGRAMS/sleep_for" 100
SCRIPT
expect_exit 0 "$HUTCH" run -j 1 --events events tests
expect_facts events a_computes <<'EXPECTED'
cpu_usec >= 1000000
EXPECTED
expect_facts events b_sleeps <<'EXPECTED'
cpu_usec < 500000
memory_peak_bytes < 10 * MB
EXPECTED
expect_nothing_left

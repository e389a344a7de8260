#!/bin/bash
# run-as: root dev
# timeout: 150
# With --cgroup-manager=systemd every test is a scope unit of its own, its limits are properties, and nothing of it remains.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

if [[ $HUTCH_VM_USER == root ]]; then manager=(systemctl); else manager=(systemctl --user); fi
by_systemd=(--cgroup-manager=systemd)

test_units() { "${manager[@]}" list-units --plain --no-legend --type=scope 'hutch-*-t-*' | awk '{ print $1 }'; }

has_units() { [[ $(test_units | wc -l) == "$1" ]]; }

# --- seen while they run ---------------------------------------------------------------------------------------------
for name in a b; do
  make_test $name <<SCRIPT
exec "$PROGRAMS/hang"
SCRIPT
done
start "$HUTCH" run "${by_systemd[@]}" -j 2 --memory 64M --cpus 0.5 --pids-limit 20 --cpu-weight 50 --timeout 60s tests
wait_for 20 has_units 2
for unit in $(test_units); do
  wait_for 5 "${manager[@]}" is-active --quiet "$unit"
  # a property is there when the test is released, not when its unit appears; hutch-init in the scope is one process more
  for property in MemoryMax=67108864 MemorySwapMax=0 TasksMax=21 CPUQuotaPerSecUSec=500ms CPUWeight=50; do
    shows() { "${manager[@]}" show -p "${property%%=*}" "$unit" | grep -qx "$property"; }
    wait_for 5 shows "$property"
  done
  cgroup=$("${manager[@]}" show -P ControlGroup "$unit")
  [[ $cgroup == */hutch*.slice/$unit ]] || fail "the unit is in $cgroup"
  expect_eq "$unit: memory.max" 67108864 "$(<"/sys/fs/cgroup$cgroup/memory.max")"
  expect_eq "$unit: pids.max" 21 "$(<"/sys/fs/cgroup$cgroup/pids.max")"
done
kill -TERM "$started"
expect_end 20 143
expect_nothing_left

# --- verdicts and figures are those of any other rung ------------------------------------------------------------------
box 137 "${by_systemd[@]}" --memory 64M -- "$PROGRAMS/allocate" 200
expect_result <<'EXPECTED'
(verdict, cause) == ("oom", "memory_own")
60 * MB <= memory_peak_bytes <= 64 * MB
enforced["memory"] == "cgroup"
EXPECTED
box 0 "${by_systemd[@]}" -- "$PROGRAMS/compute" 1
expect_result <<'EXPECTED'
verdict == "pass"
1000000 <= cpu_usec <= 1800000
EXPECTED
box 1 "${by_systemd[@]}" --pids-limit 20 -- "$PROGRAMS/fork_n" 50
grep -q 'started=19' stdout || fail 'hutch-init in the scope takes a process away from the test'
expect_result <<'EXPECTED'
(verdict, cause) == ("limit", "pids_max")
EXPECTED
box 124 "${by_systemd[@]}" --timeout 1s --grace 1s -- "$PROGRAMS/hang_ignoring_term"
expect_result <<'EXPECTED'
verdict == "timeout"
EXPECTED
for kind in setsid doublefork ignore_term stopped nested_cgroup many; do
  box 0 "${by_systemd[@]}" --pids-limit 200 -- "$PROGRAMS/leak" $kind
  wanted=$(sed -n 's/^leaked=//p' stdout)
  expect_result <<EXPECTED
verdict == "pass"
leaked_count == $wanted
{leak["comm"] for leak in leaked} == {"leak"}
EXPECTED
done
expect_nothing_left

# --- kill -9 of the runner -------------------------------------------------------------------------------------------
start "$HUTCH" run "${by_systemd[@]}" -j 2 --timeout 60s tests
wait_for 20 has_units 2
kill -KILL "$started"
left=$(python3 -S "$bed" leftovers 1) || fail "left behind a second after kill -9: $left"
wait "$started" || true

# --- no unit stays, failed or not --------------------------------------------------------------------------------------
expect_eq 'units that are left' '' "$("${manager[@]}" list-units --all --plain --no-legend 'hutch-*' 'hutch.slice')"
expect_eq 'failed units' '' "$("${manager[@]}" list-units --failed --plain --no-legend 'hutch-*' 'hutch.slice')"

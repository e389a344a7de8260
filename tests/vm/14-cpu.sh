#!/bin/bash
# run-as: root dev
# timeout: 240
# Half a CPU is half the progress; CPU time is of the whole scope; weights arrive.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# Sets $progress, that of a spinner in two seconds; of one CPU it used what the limit says, by the kernel's own account.
spin() { # LEAST MOST ARG…
  "$HUTCH" exec --json result.json "${@:3}" -- "$PROGRAMS/spin" 2 >stdout 2>stderr || fail "spin: $(cat stderr)"
  expect_result <<EXPECTED
$1 <= cpu_usec / (duration_ms * 1000) <= $2
EXPECTED
  progress=$(sed -n 's/^iterations=//p' stdout)
}

# Pairs, alternating; the median of three is enough on a quiet host, on a busy one it takes more.
ratios=()
for ((pair = 1; pair <= 9; pair++)); do
  spin 0.7 1.1 --no-limits
  whole=$progress
  spin 0.4 0.55 --cpus 0.5
  ratios+=($((progress * 1000 / whole)))
  median=$(printf '%s\n' "${ratios[@]}" | sort -n | sed -n $(((pair + 1) / 2))p)
  if ((pair >= 3 && median >= 450 && median <= 550)); then break; fi
done
echo "with half a CPU, thousandths of the progress with a whole one: ${ratios[*]}"
expect_result <<'EXPECTED'
verdict == "pass"
enforced["cpu"] == "cgroup"
throttled_periods >= 15
throttled_usec >= 700000
EXPECTED
((median >= 450 && median <= 550)) || fail "with half a CPU a spinner made not half of its progress"

# four threads have half a CPU together
box 0 --cpus 0.5 -- "$PROGRAMS/spin_threads" 4 2
expect_result <<'EXPECTED'
800000 <= cpu_usec <= 1300000
EXPECTED

# --- CPU time: of all processes together -----------------------------------------------------------------------------
expect_used_up() {
  expect_facts result.json <<'EXPECTED'
(verdict, cause) == ("limit", "cpu_time")
1000000 <= cpu_usec <= 2000000
"CPU time" in reason
re.search(r"limit 1 s\b", reason)
enforced["cpu_time"] == "watchdog"
EXPECTED
}
code=0
"$HUTCH" exec --json result.json --cpu-time 1s -- "$PROGRAMS/spin" 30 || code=$?
((code != 0)) || fail 'it passed'
expect_used_up
"$HUTCH" exec --json result.json --cpus 2 --cpu-time 1s -- sh -c "'$PROGRAMS/spin' 30 & '$PROGRAMS/spin' 30 & wait" || true
expect_used_up
# sleeping costs nothing
box 0 --cpu-time 1s -- "$PROGRAMS/sleep_for" 1500

# --- what was written ------------------------------------------------------------------------------------------------
# shellcheck disable=SC2016 # the inner shell expands
show='cd /sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup) && cat cpu.weight cpu.max'
box 0 --cpu-weight 10 --cpus 1.5 -- sh -c "$show"
expect_eq 'cpu.weight and cpu.max' '10 150000 100000' "$(xargs <stdout)"
box 0 --cpu-weight 1000 --cpus 0.25 -- sh -c "$show"
expect_eq 'cpu.weight and cpu.max' '1000 25000 100000' "$(xargs <stdout)"
expect_nothing_left

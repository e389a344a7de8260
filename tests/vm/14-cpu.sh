#!/bin/bash
# run-as: root dev
# timeout: 240
# Half a CPU is progress in half of the time; CPU time is of the whole scope; weights arrive.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# Sets $ran, the milliseconds of two seconds in which a spinner made progress by its own clock, and $share, its part of one CPU in
# thousandths by the kernel's account. Not by work done: an emulated CPU is itself up to two times faster or slower from one
# moment to the next, and slower after every pause.
spin() { # ARG…
  "$HUTCH" exec --json result.json "$@" -- "$PROGRAMS/spin" 2 >stdout 2>stderr || fail "spin: $(cat stderr)"
  ran=$(sed -n 's/^ran_ms=//p' stdout)
  share=$(python3 -S -c 'import json; r = json.load(open("result.json")); print(round(r["cpu_usec"] / r["duration_ms"]))')
}

median() { printf '%s\n' "$@" | sort -n | sed -n $((($# + 1) / 2))p; }

# Pairs, alternating: the median of three is enough on a quiet host; on a busy one, which stops an emulated CPU while its clock
# goes on, it takes more.
ratios=() shares=()
for ((pair = 1; pair <= 11; pair++)); do
  spin --no-limits
  whole=$ran
  spin --cpus 0.5
  ratios+=($((ran * 1000 / whole)))
  shares+=("$share")
  ratio=$(median "${ratios[@]}")
  share=$(median "${shares[@]}")
  if ((pair >= 3 && ratio >= 450 && ratio <= 550 && share >= 400 && share <= 550)); then break; fi
done
echo "with half a CPU, thousandths of the running time with a whole one: ${ratios[*]}; of the CPU: ${shares[*]}"
expect_result <<'EXPECTED'
verdict == "pass"
enforced["cpu"] == "cgroup"
throttled_periods >= 10
throttled_usec >= 500000
EXPECTED
((ratio >= 450 && ratio <= 550)) || fail "with half a CPU a spinner ran $ratio thousandths of the time"
((share >= 400 && share <= 550)) || fail "with half a CPU a spinner used $share thousandths of one"

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

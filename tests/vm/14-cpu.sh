#!/bin/bash
# run-as: root dev service
# timeout: 150
# Half a CPU is half the progress; CPU time is of the whole scope; weights arrive.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# One pair: the progress of a spinner without and with the limit, in thousands.
spin() { # ARG…
  "$HUTCH" exec --json result.json "$@" -- "$PROGRAMS/spin" 3 >stdout 2>stderr || fail "spin: $(cat stderr)"
  sed -n 's/^iterations=//p' stdout
}

# Other load on the host only ever takes progress away: the best of each is the least disturbed. Three pairs, up to ten where
# the host is busy.
whole=0 half=0
half_in_range() { ((half * 1000 >= whole * 450 && half * 1000 <= whole * 550)); }
for ((pair = 1; pair <= 10; pair++)); do
  one=$(spin --no-limits)
  other=$(spin --cpus 0.5)
  printf 'whole %s, half %s\n' "$one" "$other"
  ((one <= whole)) || whole=$one
  ((other <= half)) || half=$other
  if ((pair >= 3)) && half_in_range; then break; fi
done
expect_result <<'EXPECTED'
verdict == "pass"
enforced["cpu"] == "cgroup"
throttled_periods >= 20
throttled_usec >= 1000000
1200000 <= cpu_usec <= 1800000
EXPECTED
half_in_range || fail "with half a CPU a spinner made $((half * 1000 / whole)) thousandths of its progress"

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

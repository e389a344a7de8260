#!/bin/bash
# run-as: root dev service
# timeout: 180
# Whatever way a test has to leave processes behind: they are listed, they are dead, their cgroups are gone.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# Judges one kind: what the program said of its processes (./stdout) against what hutch said (./result.json) and what is there.
judge() { # KIND
  python3 - "$1" <<'JUDGE'
import json, os, re, sys

kind = sys.argv[1]
output = open("stdout", encoding="utf-8").read()
result = json.load(open("result.json", encoding="utf-8"))
leaked = {leak["pid"]: leak for leak in result["leaked"]}
announced = {int(pid) for pid in re.findall(r"^pid=(\d+)$", output, re.M)}
wanted = int(re.search(r"^leaked=(\d+)$", output, re.M).group(1))
problems = []

def expect(holds, what):
    if not holds:
        problems.append(what)

expect(result["verdict"] == "pass", f"verdict {result['verdict']}")
expect(result["leaked_count"] >= wanted, f"{result['leaked_count']} leaks of at least {wanted} were found")
# those that never rest are other processes, or none, by the time somebody looks
if kind not in ("leapfrog", "respawner"):
    expect(len(leaked) == min(result["leaked_count"], 256), "the list is not as long as its count")
    expect(announced <= leaked.keys(), f"not listed: {announced - leaked.keys()}")
    expect(result["leaked_count"] == wanted, f"{result['leaked_count']} leaks, there were {wanted}")
# a process without memory (its main thread is gone, or it is just ending) has no command line
comms = {"renamed": "kworker/0:1", "exec_sleep": "sleep"}
cmdlines = {"renamed": r"\[kworker/0:1\]( .*)?", "exec_sleep": "sleep 1000", "thread_leader_exit": r"\[leak\]",
            "leapfrog": r".*/leak leapfrog|\[leak\]", "respawner": r".*/leak respawner|\[leak\]"}
for leak in leaked.values():
    expect(leak["comm"] == comms.get(kind, "leak"), f"comm {leak['comm']!r}")
    expect(re.fullmatch(cmdlines.get(kind, f".*/leak {kind}"), leak["cmdline"]), f"cmdline {leak['cmdline']!r}")
    expect(leak["cmdline"] in result["reason"] or result["leaked_count"] > 3, "the sentence does not name it")
for pid in announced | leaked.keys():
    try:
        state = open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace").read().rpartition(")")[2].split()[0]
    except OSError:
        continue
    expect(state in "ZX", f"process {pid} is alive, state {state}")
print(*(f"fail: {kind}: {problem}" for problem in problems), sep="\n")
sys.exit(bool(problems))
JUDGE
}

bad=()
mapfile -t kinds < <("$PROGRAMS/leak" list | awk '{ print $1 }')
((${#kinds[@]} >= 20)) || fail "leak list has ${#kinds[@]} kinds only"
# leapfrog again and again: whether somebody is caught alive is a matter of the moment
for kind in "${kinds[@]}" leapfrog{,,,,,,,}; do
  printf '%s: ' "$kind"
  rm -f result.json
  if ! "$HUTCH" exec --json result.json --pids-limit 200 --timeout 20s -- "$PROGRAMS/leak" "$kind" >stdout 2>stderr; then
    printf 'fail: exit code\n'
    cat stdout stderr result.json
    bad+=("$kind")
  elif ! judge "$kind"; then
    cat result.json
    bad+=("$kind")
  fi
  left=$(python3 -S "$bed" leftovers 2) || { printf 'left behind: %s\n' "$left"; bad+=("$kind"); }
done
((${#bad[@]} == 0)) || fail "kinds: ${bad[*]}"

# --- all of them in one run, two at a time, as a failure ----------------------------------------------------------------
for kind in "${kinds[@]}"; do
  make_test "$kind" <<SCRIPT
exec "$PROGRAMS/leak" $kind
SCRIPT
done
expect_exit 1 "$HUTCH" run -j 2 --pids-limit 200 --leak=fail --events events tests
expect_facts events - <<'EXPECTED'
[e["test"] for e in events if e["event"] == "test_finished" and e["verdict"] != "leak"] == []
len([e for e in events if e["event"] == "test_finished"]) >= 20
events[-1]["failed"] == len([e for e in events if e["event"] == "test_finished"])
EXPECTED
expect_nothing_left

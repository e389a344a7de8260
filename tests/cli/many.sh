#!/bin/bash
# A thousand files, two at a time, one of them killing itself in each possible way: exact counts; the runner grows neither in
# memory nor in descriptors, and leaves no zombie, no process, no cgroup.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

crashes=(HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM XCPU XFSZ VTALRM PROF POLL SYS abort segv)
others=(kill_group "exit_with 3" "exit_by_thread 4" "leak setsid" "die_by 34")

make_suite() { # COUNT
  local i=0 what
  rm -rf tests
  mkdir tests
  for what in "${crashes[@]/#/die_by }" "${others[@]}"; do
    i=$((i + 1))
    printf '#!/bin/sh\nexec %s/%s\n' "$PROGRAMS" "$what" >"tests/$i"
  done
  while ((i < $1)); do
    i=$((i + 1))
    ln "$work/noop" "tests/$i"
  done
  chmod 755 tests/*
}

observe() { # COUNT FILE
  make_suite "$1"
  python3 "$here/observe.py" "$2" "$HUTCH" run --no-limits -j 2 --events events tests >stdout || fail "$(tail -n 3 stdout)"
  expect_events events <<EXPECTED
len(by_name) == $1
of("run_finished")[0]["verdicts"] == {"pass": $1 - 27, "fail": 2, "crash": 25}
len({e["signal"] for e in by_name.values()}) == 23
sum(e["leaked_count"] for e in by_name.values()) == 1
EXPECTED
  expect_in stdout "^$(($1 - 27)) passed, 27 failed, 0 skipped \(25 crashed\)"
  expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"
}

cp "$PROGRAMS/noop" noop
observe 200 small
observe 1000 large
python3 - <<'PYTHON' || fail "it grew: $(cat small large)"
import json
small, large = json.load(open("small")), json.load(open("large"))
assert small["code"] == large["code"] == 1, "exit codes"
assert large["descriptors"] <= small["descriptors"] + 8, "descriptors"
assert large["zombies"] <= 4, "zombies" # ended this moment, reaped the next
assert large["peak_kb"] <= small["peak_kb"] + 2000, "memory" # what is known of a test until the end: below 2.5 KB for each of 800
PYTHON

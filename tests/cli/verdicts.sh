#!/bin/bash
# Every way to end gets its name: the test programs that misbehave, one row each.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# NAME | command of the test | verdict | cause | exit code | signal | words in the reason
rows=(
  "zero|exit_with 0|pass|exit_zero|0|None|passed"
  "one|exit_with 1|fail|exit_nonzero|1|None|exit 1"
  "skip|exit_with 77|skip|exit_skip|77|None|skipped"
  "hard|exit_with 99|error|exit_hard_error|99|None|hard error"
  "shell139|exit_with 139|fail|exit_nonzero|139|None|SIGSEGV?"
  "thread|exit_by_thread 5|fail|exit_nonzero|5|None|exit 5"
  "abort|die_by abort|crash|died_by_signal|None|6|killed by SIGABRT"
  "segv|die_by segv|crash|died_by_signal|None|11|killed by SIGSEGV"
  "kill|die_by KILL|crash|died_by_signal|None|9|killed by SIGKILL"
  "term|die_by TERM|crash|died_by_signal|None|15|killed by SIGTERM"
  "group|kill_group|crash|died_by_signal|None|9|killed by SIGKILL"
  "hang|hang|timeout|wall_clock|None|15|limit 1 s"
  "ignores|hang_ignoring_term|timeout|wall_clock|None|9|after SIGTERM"
  "stopped|stop_self|timeout|wall_clock|None|9|timed out"
  "silent|close_stdout_hang|timeout|wall_clock|None|15|timed out"
  "leaks|leak setsid|pass|exit_zero|0|None|left 1 process behind"
)

for row in "${rows[@]}"; do
  IFS='|' read -r name command _ <<<"$row"
  make_test "$name" <<<"exec $PROGRAMS/$command"
done

# no profile: what this machine cannot enforce is not this test's subject
expect_exit 1 "$HUTCH" run --no-limits --timeout 1s --grace 500ms -j 4 --events events tests

for row in "${rows[@]}"; do
  IFS='|' read -r name command verdict cause code signal words <<<"$row"
  expect_events events <<EXPECTED
by_name["tests/$name"]["verdict"] == "$verdict"
by_name["tests/$name"]["cause"] == "$cause"
by_name["tests/$name"]["exit_code"] == $code
by_name["tests/$name"]["signal"] in ($signal, 15 if "$name" == "stopped" else $signal)
"$words" in by_name["tests/$name"]["reason"]
EXPECTED
done

expect_events events <<'EXPECTED'
len(by_name) == 16
by_name["tests/leaks"]["leaked_count"] == 1
by_name["tests/leaks"]["leaked"][0]["comm"] == "leak"
all(e["duration_ms"] >= 1000 for e in by_name.values() if e["verdict"] == "timeout")
of("run_finished")[0]["passed"] == 2
of("run_finished")[0]["skipped"] == 1
of("run_finished")[0]["failed"] == 13
EXPECTED
expect_in stdout '^2 passed, 13 failed, 1 skipped \(4 timed out, 5 crashed, 1 in error\)'
expect_in stdout '^  left behind: [0-9]+ .*leak'

# a leak is a failure for whoever says so
expect_exit 0 "$HUTCH" run tests/leaks
expect_exit 1 "$HUTCH" run --leak=fail --events events tests/leaks
expect_events events <<'EXPECTED'
by_name["tests/leaks"]["verdict"] == "leak"
EXPECTED
expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"

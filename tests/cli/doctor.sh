#!/bin/bash
# hutch doctor: tells where tests live and what holds each limit, and leaves nothing behind.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

expect_exit 0 "$HUTCH" doctor
for word in rung memory pids cpu io wall birth pid_namespace; do expect_in stdout "\\b$word\\b"; done
# The manager is asked where systemd runs, and only there.
if [[ -d /run/systemd/system ]]; then
  expect_in stdout '^  manager +(yes .* manager [0-9].* can hand on: |no )'
else
  expect_not_in stdout '^  manager'
fi
for manager in auto none; do
  expect_exit 0 "$HUTCH" doctor --json --cgroup-manager=$manager
  python3 - <<'PYTHON' || fail 'the JSON is not what it should be'
import json
found = json.load(open("stdout"))
assert found["v"] == 1 and 1 <= found["rung"] <= 5
assert [a["taken"] for a in found["attempts"]].count(True) == 1 and found["attempts"][-1]["taken"]
assert found["attempts"][-1]["rung"] == found["rung"]
limits = {c["limit"]: c for c in found["capabilities"]}
assert set(limits) == {"memory", "memory_high", "cpu", "cpu_weight", "cpu_time", "pids", "io", "wall", "open_files",
                       "core_size", "file_size"}, sorted(limits)
for limit in limits.values():
    assert limit["enforcer"] in ("cgroup", "rlimit", "watchdog", "none") and type(limit["available"]) is bool
    assert limit["found_by"], limit
assert limits["wall"]["available"] and limits["open_files"]["enforcer"] == "rlimit"
assert {"birth", "pid_namespace", "pressure", "warden"} <= {c["name"] for c in found["checks"]}
PYTHON
done

# what doctor says is what a run does
make_test passes </dev/null
expect_exit 0 "$HUTCH" doctor --json
description=$(python3 -c 'import json; print(json.load(open("stdout"))["description"].split(":")[0])')
expect_exit 0 "$HUTCH" run tests/passes
expect_in stdout "$description"

start "$HUTCH" doctor
id=$(run_id_of "$background" 2>/dev/null) || id=none-
expect_end 10 0
expect_nothing_left_of "$id"

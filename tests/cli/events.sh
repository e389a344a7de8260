#!/bin/bash
# The stream of --events: order, fields and types that scripts may rely on; unknown is null; always valid UTF-8.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test passes </dev/null
make_test fails <<<'echo out; echo err >&2; exit 3'
make_test $'odd \xff\n"name"' <<<'exit 0'
make_test leaks <<<"exec $PROGRAMS/leak plain"

expect_exit 1 "$HUTCH" run -j 2 --events events tests
cat >schema.py <<'SCHEMA'
import json, re
number, text, flag = (int, float), str, bool
stable = {"test": (text,), "verdict": (text,), "exit_code": (int, None), "signal": (int, None), "attempt": (int,),
          "duration_ms": number, "cpu_usec": (int, None), "memory_peak_bytes": (int, None), "io_read_bytes": (int, None),
          "io_write_bytes": (int, None), "pids_peak": (int, None), "leaked": (list,), "enforced": (dict,), "reason": (text,)}
more = {"cause": (text,), "index": (int,), "signal_name": (text, None), "core_dumped": (flag,), "oom_kills": (int,),
        "throttled_usec": (int, None), "memory_peak_sampled": (flag,), "output_bytes": (int,), "leaked_count": (int,),
        "memory_stall_usec": (int, None), "cpu_stall_usec": (int, None), "io_stall_usec": (int, None)}
kinds = {"run_started": {"run_id": (text,), "rung": (text,), "tests": (int,), "workers": (int,)},
         "notice": {"message": (text,)},
         "test_started": {"test": (text,), "attempt": (int,), "pid": (int,), "index": (int,)},
         "test_finished": stable | more,
         "run_finished": {"passed": (int,), "failed": (int,), "skipped": (int,), "not_run": (int,), "duration_ms": number,
                          "signal": (int, None)}}

def fits(value, types):
    return value is None if None in types and value is None else type(value) in [t for t in types if t]

events = [json.loads(line) for line in open("events", encoding="utf-8", errors="strict")]
for event in events:
    assert event["v"] == 1, event
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", event["time"]), event
    for field, types in kinds[event["event"]].items():
        assert field in event, (field, event)
        assert fits(event[field], types), (field, event)
assert [e["event"] for e in events][0] == "run_started" and [e["event"] for e in events][-1] == "run_finished"
started = [e["test"] for e in events if e["event"] == "test_started"]
finished = [e for e in events if e["event"] == "test_finished"]
assert sorted(started) == sorted(e["test"] for e in finished) and len(set(started)) == len(started) == 4
for test in started:
    kinds_of = [e["event"] for e in events if e.get("test") == test]
    assert kinds_of == ["test_started", "test_finished"], kinds_of
for event in finished:
    assert set(event["enforced"].values()) <= {"cgroup", "rlimit", "watchdog", "none"}, event["enforced"]
    assert event["enforced"]["wall"] == "watchdog"
    for leak in event["leaked"]:
        assert set(leak) == {"pid", "comm", "cmdline"} and type(leak["pid"]) is int, leak
by_name = {e["test"]: e for e in finished}
assert 'tests/odd \ufffd\n"name"' in by_name, list(by_name)
assert by_name["tests/fails"]["output_bytes"] == 8 and by_name["tests/leaks"]["leaked"]
assert sorted(e["index"] for e in finished) == [0, 1, 2, 3]
SCHEMA
python3 schema.py || fail 'the events do not fit the schema'
expect_not_in stdout $'\xff'

# on standard output: the lines for people go to stderr
expect_exit 1 "$HUTCH" run --events - tests
expect_in stderr '^FAIL'
mv stdout events
python3 schema.py || fail 'the events on standard output do not fit the schema'

# a file that cannot be written ends the run, and says so; nothing stays
if [[ -w /dev/full ]]; then
  expect_exit 3 "$HUTCH" run --events /dev/full tests
  expect_last_words 'No space left'
fi

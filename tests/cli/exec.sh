#!/bin/bash
# hutch exec: streams and exit codes pass through, what the box did is said in the last line, --json has the figures.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

box() { # CODE ARG…
  local code=$1
  shift
  expect_exit "$code" "$HUTCH" exec "$@"
}

# --- streams ---------------------------------------------------------------------------------------------------------
printf 'in\0put' | "$HUTCH" exec -- sh -c 'cat; echo err >&2' >stdout 2>stderr
expect_eq 'stdout' "$(printf 'in\0put' | od -c)" "$(od -c <stdout)"
expect_eq 'stderr' 'err' "$(<stderr)"
box 0 -C / -- pwd
expect_eq 'directory' / "$(<stdout)"
# shellcheck disable=SC2016 # the inner shell expands
FROM_OUTSIDE=x box 0 -- sh -c 'echo $FROM_OUTSIDE $HUTCH'
expect_eq 'environment' 'x 1' "$(<stdout)"
box 0 -- sh -c 'ls -l /proc/self/fd | grep -c " [0-9] -> "'
expect_eq 'descriptors of the command, ls has one more' 4 "$(<stdout)"

# --- exit codes ------------------------------------------------------------------------------------------------------
for code in 0 1 2 3 42 77 99 255; do box $code -- "$PROGRAMS/exit_with" $code; done
expect_last_words '^hutch: exit 255'
box 1 -- "$PROGRAMS/exit_with" 1
expect_eq 'bytes on stderr' 0 "$(wc -c <stderr)"
box 3 -q -- "$PROGRAMS/exit_with" 3
expect_eq 'bytes on stderr' 0 "$(wc -c <stderr)"
box 139 -- "$PROGRAMS/die_by" segv
expect_last_words 'killed by SIGSEGV'
box 137 -- "$PROGRAMS/die_by" KILL
box 143 -- "$PROGRAMS/die_by" TERM
box 124 --timeout 300ms --grace 200ms -- "$PROGRAMS/hang_ignoring_term"
expect_last_words 'timed out'
box 124 --timeout 300ms -- sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'
box 127 -- no-such-command
expect_last_words "no-such-command"
box 127 -- ./no-such-file
expect_last_words "no-such-file"
touch not-executable
box 126 -- ./not-executable
expect_last_words "not-executable"
box 126 -- /
box 125 --cgroup-manager=none --cpus 0.5 -- true
expect_last_words 'cpu'
box 125 --json /nonexistent/file -- true
expect_last_words '/nonexistent/file'

# --- what it leaves --------------------------------------------------------------------------------------------------
box 0 --json result -- "$PROGRAMS/leak" setsid
expect_last_words 'left 1 process behind: [0-9]+ .*leak'
box 1 --leak=fail --json result -- "$PROGRAMS/leak" setsid
pid=$(python3 -c 'import json; print(json.load(open("result"))["leaked"][0]["pid"])')
has_ended "$pid" || fail "process $pid was left"

# --- the record ------------------------------------------------------------------------------------------------------
box 3 --json result --timeout 30s -- sh -c 'exit 3'
expect_events result <<'EXPECTED'
len(events) == 1
events[0]["event"] == "test_finished"
events[0]["test"] == "sh -c exit 3"
(events[0]["verdict"], events[0]["exit_code"], events[0]["signal"]) == ("fail", 3, None)
events[0]["enforced"] == {"wall": "watchdog"}
events[0]["reason"] == "exit 3"
EXPECTED

# --- rlimits and memory, where something holds them ------------------------------------------------------------------
box 1 --open-files 10 -- "$PROGRAMS/open_files" 20
box 0 --open-files 64 -- "$PROGRAMS/open_files" 20
box 137 --memory 64M --isolation=if-available --json result -- "$PROGRAMS/allocate" 200 20
expect_last_words 'out of memory.*64 MB'
expect_events result <<'EXPECTED'
events[0]["verdict"] == "oom"
events[0]["memory_peak_bytes"] is None or events[0]["memory_peak_bytes"] > 30 * MB
EXPECTED

# --- signals go to the command -----------------------------------------------------------------------------------------
start "$HUTCH" exec --grace 10s -- sh -c 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
wait_for 10 grep -q ready start.out
id=$(run_id_of "$background")
kill -TERM "$background"
expect_end 10 143
grep -q 'got it' start.out || fail 'the command did not get the signal'
expect_nothing_left_of "$id"

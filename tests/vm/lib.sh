# shellcheck shell=bash
# What every check in tests/vm may source: how to expect, to fail, to skip. No side effects when sourced.
#
# The environment of a check, set by scripts/vm suite: HUTCH (the program), PROGRAMS (directory of misbehaving test
# programs), SCRATCH (an empty directory on a partition of a disk of its own), HUTCH_VM_USER (the condition: root, dev,
# dev-io, bare, service). The current directory is fresh and writable. Exit 0 = pass, 77 = skip, other = fail.

fail() { printf 'fail: %s\n' "$*"; exit 1; }

skip() { printf 'skip: %s\n' "$*"; exit 77; }

expect_eq() { # WHAT EXPECTED ACTUAL
  [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# Runs CMD, shows its output, keeps it in ./stdout and ./stderr, and expects this exit code of it.
expect_exit() { # CODE CMD…
  local expected=$1 code=0
  shift
  "$@" >stdout 2>stderr || code=$?
  cat stdout stderr
  ((code == expected)) || fail "$*: expected exit code $expected, got $code"
}

# Prints the value at a dotted path in a JSON file: json_get report.json .tests.0.name; strings bare, others as JSON.
json_get() { # FILE .KEY
  python3 - "$1" "$2" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    value = json.load(file)
for key in filter(None, sys.argv[2].split(".")):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value if isinstance(value, str) else json.dumps(value))
END
}

# --- JSON and events -------------------------------------------------------------------------------------------------
bed=$(dirname "${BASH_SOURCE[0]}")/bed.py

# Every line of stdin is a Python expression over the fields of the JSON object in FILE (or of the last test_finished of TEST
# in a file of events; "-" for TEST: over `events`); each must hold. Known besides: MB, re.
expect_facts() { # FILE [TEST] <EXPRESSIONS
  python3 -S "$bed" expect "$@" || fail "line ${BASH_LINENO[-2]}"
}

# hutch exec, its figures in ./result.json; expects this exit code.
box() { # CODE ARG…
  local code=$1
  shift
  rm -f result.json
  expect_exit "$code" "$HUTCH" exec --json result.json "$@"
}

expect_result() { expect_facts result.json; }

# Makes ./tests/NAME, a test for hutch run, of a shell script on stdin.
make_test() { # NAME <SCRIPT
  mkdir -p tests
  { printf '#!/bin/sh\n'; cat; } >"tests/$1"
  chmod 755 "tests/$1"
}

# --- runs in the background ------------------------------------------------------------------------------------------
# Starts CMD as an interactive shell would: in a process group of its own, no signal ignored. Its pid is $started.
start() { # CMD…
  set -m
  "$@" >start.out 2>start.err &
  started=$!
  set +m
}

wait_for() { # SECONDS CMD…
  local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@" >/dev/null 2>&1; do
    ((${EPOCHREALTIME/./} < deadline)) || fail "waited in vain for: $*"
    sleep 0.1
  done
}

# Expects that what start() started ends within SECONDS, with this exit code (or one of several: "1|3"). Shows its output.
expect_end() { # SECONDS CODE
  local code=0 deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
  while kill -0 "$started" 2>/dev/null && [[ $(process_state "$started") != Z ]]; do
    ((${EPOCHREALTIME/./} < deadline)) || fail "still running after $1 s"
    sleep 0.05
  done
  wait "$started" || code=$?
  cat start.out start.err
  [[ $code =~ ^($2)$ ]] || fail "expected exit code $2, got $code"
}

process_state() { # PID
  local text
  { read -r text <"/proc/$1/stat"; } 2>/dev/null || return 0
  text=${text##*) }
  printf '%s\n' "${text%% *}"
}

milliseconds() { printf '%d\n' $((${EPOCHREALTIME/./} / 1000)); }

# --- what a run may not leave ----------------------------------------------------------------------------------------
# systemd removes a scope a moment after its last process ended: that is why a moment is given.
expect_nothing_left() {
  local left
  left=$(python3 -S "$bed" leftovers 2) || fail "left behind: $left"
}

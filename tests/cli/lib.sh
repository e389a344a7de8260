# shellcheck shell=bash
# What every test in tests/cli may source: how to run, to expect, to skip. Makes a fresh directory, goes there and removes it at
# the end; kills what it started, by pid, and nothing else.
#
# Environment, set by ctest: HUTCH (the program), PROGRAMS (directory of misbehaving test programs).
# MANAGER, if set, is for --cgroup-manager wherever a test says nothing else; without it a test runs on whatever rung the machine has.
# Exit 0 = pass, 77 = skip, other = fail.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${HUTCH:?the program under test}" "${PROGRAMS:?directory of test programs}"
work=$(mktemp -d)
cd "$work" || exit 1
started=()

clean_up() {
  local code=$? pid
  set +e
  for pid in "${started[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  cd /
  chmod -R u+rwx "$work" 2>/dev/null
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT

# A run of ours reads none of the user's settings.
unset HUTCH_ISOLATION HUTCH_JOBS HUTCH_POLICY HUTCH_PROFILE HUTCH_CGROUP_MANAGER NO_COLOR FORCE_COLOR CLICOLOR_FORCE
unset HUTCH_STATE_DIR SIMPLE_BINARY TEST_SHARD_INDEX TEST_TOTAL_SHARDS TEST_SHARD_STATUS_FILE CI_NODE_INDEX CI_NODE_TOTAL MAKEFLAGS MFLAGS MAKELEVEL
export XDG_CONFIG_HOME=$work/no-config
[[ -z ${MANAGER:-} ]] || export HUTCH_CGROUP_MANAGER=$MANAGER
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

fail() {
  printf 'fail: line %s: %s\n' "${BASH_LINENO[-2]:-?}" "$*"
  exit 1
}

skip() {
  printf 'skip: %s\n' "$*"
  exit 77
}

expect_eq() { # WHAT EXPECTED ACTUAL
  [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# Runs CMD, keeps its output in ./stdout and ./stderr, and expects this exit code.
expect_exit() { # CODE CMD…
  local expected=$1 code=0
  shift
  "$@" >stdout 2>stderr </dev/null || code=$?
  ((code == expected)) || {
    head -c 4000 stdout stderr
    fail "$*: expected exit code $expected, got $code"
  }
}

# The last line of ./stderr matches this.
expect_last_words() { # REGEX
  tail -n 1 stderr | grep -qE -- "$1" || fail "last line of stderr: expected '$1', got '$(tail -n 1 stderr)'"
}

expect_in() { # FILE REGEX
  grep -qE -- "$2" "$1" || {
    head -c 4000 "$1"
    fail "$1 has no line with '$2'"
  }
}

expect_not_in() { # FILE REGEX
  ! grep -E -- "$2" "$1" || fail "$1 has a line with '$2'"
}

# Makes ./tests/NAME, a test, of a shell script on stdin.
make_test() { # NAME <SCRIPT
  mkdir -p "$(dirname "tests/$1")"
  { printf '#!/bin/sh\n' && cat; } >"tests/$1"
  chmod 755 "tests/$1"
}

# Makes ./tests/NAME, which writes to ./log when it begins and when it ends, SECONDS later.
make_noted_test() { # NAME SECONDS [COMMENT…]
  local name=$1 seconds=$2
  shift 2
  { (($# == 0)) || printf '# %s\n' "$@"; echo "echo '+ $name' >>log; sleep $seconds; echo '- $name' >>log"; } | make_test "$name"
}

# The most tests of make_noted_test, with names that fit REGEX, that were seen to run at a time.
most_at_once() { # [REGEX]
  awk -v names="${1:-.}" '$2 !~ names { next } $1 == "+" && ++now > most { most = now } $1 == "-" { now-- } END { print most + 0 }' log
}

# The names in ./log, in the order in which they began.
begun() { awk '$1 == "+" { print $2 }' log | xargs; }

# Starts CMD in the background, in a process group of its own, no signal ignored. Its pid is $background.
start() { # CMD…
  set -m
  "$@" >start.out 2>start.err </dev/null &
  background=$!
  set +m
  started+=("$background")
}

wait_for() { # SECONDS CMD…
  local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@" >/dev/null 2>&1; do
    ((${EPOCHREALTIME/./} < deadline)) || fail "waited in vain for: $*"
    sleep 0.05
  done
}

# Expects that $background ends within SECONDS with this exit code.
expect_end() { # SECONDS CODE
  local code=0
  wait_for "$1" has_ended "$background"
  wait "$background" || code=$?
  ((code == $2)) || {
    cat start.out start.err
    fail "expected exit code $2, got $code"
  }
}

has_ended() { # PID
  local text
  { read -r text <"/proc/$1/stat"; } 2>/dev/null || return 0
  text=${text##*) }
  [[ ${text%% *} == [ZX] ]]
}

# The identity of the run that a living runner owns; see src/scope/run_id.h.
run_id_of() { # PID
  local boot stat
  boot=$(head -c 8 /proc/sys/kernel/random/boot_id)
  stat=$(<"/proc/$1/stat")
  read -r -a stat <<<"${stat##*) }"
  printf '%s-%s-%s\n' "$boot" "$1" "${stat[19]}"
}

# What is left of a run: processes, cgroups, directories; one line each.
left_of() { # RUN-ID
  python3 "$here/left_of.py" "$1" "$TMPDIR"
}

expect_nothing_left_of() { # RUN-ID [SECONDS]
  local left="" deadline=$((${EPOCHREALTIME/./} + ${2:-2} * 1000000))
  while left=$(left_of "$1") && [[ -n $left ]]; do
    ((${EPOCHREALTIME/./} < deadline)) || fail "left behind: $left"
    sleep 0.05
  done
}

# Every line of stdin is a Python expression over `events`, `by_name` (test_finished by test name) and `of(event)`; each
# must hold.
expect_events() { # FILE <EXPRESSIONS
  python3 "$here/expect_events.py" "$1" || fail "events in $1"
}

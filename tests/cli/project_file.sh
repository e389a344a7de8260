#!/bin/bash
# hutch.toml: found from below, its runners, overrides and defaults; a flag and a variable are above it; what is wrong names file, line and column.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

refuse() { # REGEX ARG…
  local words=$1
  shift
  expect_exit 2 "$HUTCH" "$@"
  expect_last_words "^hutch: $words"
}

# runners: a command with {file}, a protocol, exit codes that are skips, an environment; files that are no tests
mkdir -p tests/lib tests/deep/er
cat >hutch.toml <<'TOML'
[run]
paths = ["tests"]

[[runner]]
name = "helpers"
match = ["tests/lib/**"]
ignore = true

[[runner]]
name = "cases"
match = ["*.case"]
command = ["sh", "{project}/interpret", "{file}", "{name}", "{{x}"]
protocol = "tap"
skip_exit_codes = [4]
environment = { GREETING = "hello  world", OTHER = "1" }

[[override]]
match = ["tests/b.case"]
environment = { OTHER = "2" }
TOML
cat >interpret <<'SCRIPT'
echo "$1|$2|$3|$GREETING|$OTHER|$(pwd)" >>"$PROJECT/said"
. "$1"
SCRIPT
export PROJECT=$work
make_test lib/helper <<<'exit 1'
make_test plain <<<'exit 0'
printf 'echo 1..2; echo ok 1 - one; echo ok 2 - two\n' >tests/a.case
printf 'echo 1..1; echo not ok 1 - bad\n' >tests/b.case
printf 'exit 4\n' >tests/c.case
expect_exit 1 "$HUTCH" run -j 1 --events "$work/events" -C tests/deep/er
expect_events events <<'EXPECTED'
{name.rpartition("/")[2]: e["verdict"] for name, e in by_name.items()} == {"a.case": "pass", "b.case": "fail", "c.case": "skip", "plain": "pass"}
[e["cases"]["passed"] for name, e in by_name.items() if name.endswith("a.case")] == [2]
[e["cases"]["failed"] for name, e in by_name.items() if name.endswith("b.case")] == [1]
EXPECTED
expect_in said "^$work/tests/a.case\|a.case\|\{x\}\|hello  world\|1\|"
expect_in said "^$work/tests/b.case\|b.case\|\{x\}\|hello  world\|2\|"
cd tests/deep/er
expect_exit 0 "$HUTCH" list --explain
expect_in stdout 'a.case$'
expect_in stdout "runner 'cases' of $work/hutch.toml:9 "
expect_not_in stdout 'helper'
cd "$work"
expect_exit 1 "$HUTCH" run tests/lib/helper # who names it means it
expect_exit 0 "$HUTCH" list --project none
expect_in stdout '^tests/lib/helper$'
expect_not_in stdout '\.case$'
mv hutch.toml "$work/other.toml"
expect_exit 0 "$HUTCH" list --project other.toml
expect_in stdout '^tests/a.case$'
mkdir .config && mv other.toml .config/hutch.toml
expect_exit 0 "$HUTCH" list
expect_in stdout '^tests/a.case$'
touch hutch.toml
refuse ".*hutch.toml.*\.config/hutch.toml" list
rm -rf .config tests
expect_exit 4 "$HUTCH" list # an empty file is a project file
expect_last_words '^hutch: no tests found'
refuse ".*nowhere.toml.*No such file" list --project nowhere.toml

# overrides: by pattern, the later over the earlier; a comment line above them; a flag above all
make_test careless <<<'exit 0'
make_test neighbour <<<'exit 0'
make_test own <<<$'# @Timeout 40s\nexit 0'
mkdir tests/strict
cat >hutch.toml <<'TOML'
[[override]]
match = ["tests/**"]
profile = "fast"
timeout = "50s"
[[override]]
match = ["tests/neighbour"]
timeout = "1s"
skip = true
[[override]]
match = ["tests/neighbour"]
skip = "a later reason"
TOML
expect_exit 0 "$HUTCH" run --isolation=if-available --events events
expect_events events <<'EXPECTED'
by_name["tests/neighbour"]["verdict"] == "skip" and "a later reason" in by_name["tests/neighbour"]["reason"]
by_name["tests/careless"]["verdict"] == "pass" and by_name["tests/careless"]["enforced"].keys() >= {"wall", "memory", "pids", "cpu_time"}
EXPECTED
make_test hangs <<<'exec sleep 100'
printf '[[override]]\nmatch = "tests/hangs"\ntimeout = "300ms"\n' >hutch.toml
expect_exit 1 "$HUTCH" run --grace 100ms tests/hangs
expect_in stdout '^TIMEOUT .*limit 300 ms'
expect_exit 1 "$HUTCH" run --grace 100ms --timeout 400ms tests/hangs
expect_in stdout '^TIMEOUT .*limit 400 ms'
make_test hangs <<<$'# @Timeout 350ms\nexec sleep 100'
expect_exit 1 "$HUTCH" run --grace 100ms tests/hangs
expect_in stdout '^TIMEOUT .*limit 350 ms'

# a policy for some, none for their neighbours: in one run, side by side
if unshare --user true 2>/dev/null || (($(id -u) == 0)); then
  make_test strict/one <<<'echo x >tests/strict/changed; unshare --user true; test $? != 0'
  make_test trusting/one <<<'echo x >tests/trusting/changed'
  make_test trusting/own <<<$'# @Policy strict\necho x >tests/trusting/own-changed'
  printf '[[override]]\nmatch = "tests/strict/**"\npolicy = "strict"\nprofile = "fast"\n' >hutch.toml
  expect_exit 0 "$HUTCH" run -j 2 --isolation=if-available --events events tests/strict tests/trusting
  expect_events events <<'EXPECTED'
by_name["tests/strict/one"]["policy"] == "strict" and by_name["tests/strict/one"]["isolation"]["syscalls"] == "seccomp"
by_name["tests/strict/one"]["verdict"] == "pass" and by_name["tests/strict/one"]["denied_count"] >= 1
by_name["tests/trusting/one"]["policy"] in (None, "trusted") and by_name["tests/trusting/one"]["isolation"] == {}
by_name["tests/trusting/own"]["policy"] == "strict"
len({e["isolation"].get("network") for e in by_name.values()}) == 2
EXPECTED
  [[ -e tests/trusting/changed ]] || fail 'a test without a policy could not write'
  for changed in strict/changed trusting/own-changed; do
    ! [[ -e tests/$changed ]] || fail "under strict, tests/$changed was written"
  done
else
  echo 'without root and user namespaces no policy was tried'
fi

# [run] is below flags and variables, above what is built in
rm -rf tests
for i in 1 2 3; do make_test "$i" <<<"exit $((i % 2))"; done
printf '[run]\npaths = "tests"\njobs = 3\nmax_fail = 1\nevents = "here"\ntimeout = "7s"\nno_tests = "pass"\n' >hutch.toml
mkdir deep
expect_exit 1 "$HUTCH" run -C deep -j 1
expect_events here <<'EXPECTED'
of("run_started")[0]["workers"] == 1
of("run_finished")[0]["not_run"] == 2
EXPECTED
expect_exit 1 "$HUTCH" run
expect_events here <<'EXPECTED'
of("run_started")[0]["workers"] == 3
EXPECTED
expect_exit 1 env HUTCH_JOBS=2 "$HUTCH" run
expect_events here <<'EXPECTED'
of("run_started")[0]["workers"] == 2
EXPECTED
expect_exit 1 env HUTCH_JOBS=2 "$HUTCH" run -j 1 --max-fail 3 --events there
expect_events there <<'EXPECTED'
of("run_started")[0]["workers"] == 1
of("run_finished")[0]["not_run"] == 0
EXPECTED
expect_exit 1 "$HUTCH" run --project none --events there -j 1 tests
expect_events there <<'EXPECTED'
len(by_name) == 3
EXPECTED
expect_exit 0 "$HUTCH" run -E 'none()'
expect_exit 4 "$HUTCH" run --no-tests fail -E 'none()'
make_test 2 <<<'exec sleep 100'
printf '[run]\npaths = "tests/2"\ngrace = "100ms"\ntimeout = "300ms"\n' >hutch.toml
expect_exit 1 "$HUTCH" run
expect_in stdout '^TIMEOUT .*limit 300 ms'
expect_exit 1 "$HUTCH" run --timeout 400ms
expect_in stdout '^TIMEOUT .*limit 400 ms'

# the user's own file is below the project's
mkdir -p home/hutch
printf '[run]\njobs = 2\nevents = "mine"\n' >home/hutch/config.toml
printf '[run]\njobs = 4\n' >hutch.toml
expect_exit 0 env XDG_CONFIG_HOME="$work/home" "$HUTCH" run tests/1 -E 'none()' --no-tests pass
make_test 1 </dev/null
expect_exit 0 env XDG_CONFIG_HOME="$work/home" "$HUTCH" run tests/1
expect_events mine <<'EXPECTED'
of("run_started")[0]["workers"] == 4
EXPECTED
expect_exit 0 env XDG_CONFIG_HOME="$work/home" "$HUTCH" run --project none tests/1
expect_events mine <<'EXPECTED'
of("run_started")[0]["workers"] == 2
EXPECTED
printf '[run]\npaths = "x"\n' >home/hutch/config.toml
XDG_CONFIG_HOME="$work/home" refuse "$work/home/hutch/config.toml:2:1: .*paths" run tests/1

# a flag that only the project's policy makes right is right
if unshare --user true 2>/dev/null || (($(id -u) == 0)); then
  for table in '[run]' $'[[override]]\nmatch = "*"'; do
    printf '%s\npolicy = "strict"\n' "$table" >hutch.toml
    expect_exit 0 "$HUTCH" run --set files.tmp=64M tests/1
    expect_exit 2 "$HUTCH" run --set files.tpm=64M tests/1
    expect_last_words "^hutch: --set 'files.tpm=64M': unknown key"
  done
fi

# what is wrong
wrong() { # TEXT REGEX: nothing is run
  printf '%b' "$1" >hutch.toml
  refuse "$work/hutch.toml$2" list tests
  refuse "$work/hutch.toml$2" run tests
}
make_test 1 <<<'echo ran >>ran'
wrong '[run]\njbos = 4\n' ":2:1: unknown key '.*jbos' .*did you mean '.*jobs'"
wrong '[run]\n  jobs = "x"\n' ':2:10: '
wrong '[run\n' ':1:[0-9]+: '
wrong '[[runner]]\nname = "x"\nmatch = "*"\ncommand = ["a", "{fiel}"]\n' ':4:[0-9]+: .*fiel'
wrong '[[runner]]\nname = "x"\n' ':[0-9]+:[0-9]+: .*match'
wrong '[[override]]\nmatch = "*"\ntimeout = "soon"\n' ':3:11: .*soon'
wrong '[[override]]\nmatch = "*"\nlimits = { "memory.mx" = "1G" }\n' ':3:[0-9]+: .*memory.mx.*memory.max'
wrong '[groups]\ndb = 0\n' ':2:[0-9]+: '
wrong '[[override]]\nmatch = "*"\npriority = "P7"\n' ':3:12: .*P7'
wrong '[run]\nleak = "perhaps"\n' ':2:8: .*perhaps'
for row in 'jobs = 5000|: \[run\]: .*5000' 'set = "files.tpm=1G"|: \[run\]: .*files.tpm' ; do
  printf '[run]\n%s\n' "${row%%|*}" >hutch.toml
  refuse "$work/hutch.toml${row#*|}" run tests # only flags of run can judge it
done
printf '[[override]]\nmatch = "*"\npolicy = "stirct"\n' >hutch.toml
refuse "tests/1: unknown policy 'stirct' .*strict" run tests
! [[ -e ran ]] || fail 'a test was run'

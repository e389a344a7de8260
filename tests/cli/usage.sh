#!/bin/bash
# A wrong command line is exit code 2 and one line that says what is wrong; nothing is run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test passes <<SCRIPT
echo ran >>'$work/ran'
SCRIPT

refuse() { # REGEX ARG…
  local words=$1
  shift
  expect_exit 2 "$HUTCH" "$@"
  expect_last_words "^hutch: .*$words"
  expect_eq "lines on stderr of: $*" 1 "$(wc -l <stderr)"
  expect_eq "bytes on stdout of: $*" 0 "$(wc -c <stdout)"
}

refuse "unknown command 'rnu'.*did you mean run" rnu
refuse "unknown flag '--memroy'.*did you mean --memory" run --memroy 64M tests
refuse "unknown flag '--memroy=64M'.*did you mean --memory" run --memroy=64M tests
refuse "unknown flag '--bogus'" --bogus
refuse "unknown flag '--bogus'" list --bogus
refuse "unknown flag '--bogus'" exec --bogus -- true
refuse 'no command' exec --memory 64M --
refuse 'no command' exec
refuse 'required|requires|1 .*missing' run tests --memory
refuse '--memory=.*no value' run --memory= tests
for value in x -1 64X 1e3 ''; do refuse 'memory|value' run --memory "$value" tests; done
refuse '1 MB|1M|least' run --memory 4K tests
for value in x -1 3y; do refuse 'timeout|duration' run --timeout "$value" tests; done
for value in x 0 -1 1.5 99999; do refuse "jobs" run -j "$value" tests; done
refuse "max-fail" run --max-fail 0 tests
refuse "cpus" run --cpus 0 tests
refuse "weight" run --cpu-weight 10001 tests
refuse "pids" run --pids-limit x tests
refuse "io" run --io 'wbsp=2M' tests
refuse "grace|duration" run --grace soon tests
refuse "unknown profile 'fsat'.*fast" run --profile fsat tests
refuse 'exclude each other' run --profile fast --no-limits tests
refuse 'exclude each other' run --safe-mode --no-limits tests
refuse 'exclude each other' run --sequential -j 4 tests
refuse 'exclude each other' run --sequential --parallel tests
refuse "isolation 'maybe'" run --isolation maybe tests
refuse "cgroup-manager 'docker'" run --cgroup-manager=docker tests
refuse "leak 'yes'" run --leak yes tests
refuse "no-tests 'ok'" run --no-tests ok tests
refuse "color 'blue'" run --color blue tests
refuse "unknown policy 'stirct'.*did you mean 'strict'" run -p stirct tests
refuse 'MemoryMx' run -p MemoryMx=64M tests
refuse 'memory.mx' run --limit memory.mx=64M tests
refuse 'nonexistent' run nonexistent
refuse 'nonexistent' run -C nonexistent tests
refuse 'isolation' exec --isolation maybe -- true
HUTCH_JOBS=x refuse 'jobs' run tests
HUTCH_PROFILE=x refuse 'profile' run tests
HUTCH_ISOLATION=x refuse 'isolation' run tests
HUTCH_CGROUP_MANAGER=x refuse 'cgroup-manager' run tests
! [[ -e ran ]] || fail 'a test was run'

# Every flag with a value takes it both ways.
for flag in 'timeout 9s' 'grace 1s' 'jobs 1' 'max-workers 1' 'max-fail 3' 'leak fail' 'events e' 'output-dir o' 'capture 4K' \
  'no-tests pass' 'color never' 'isolation if-available' 'cgroup-manager none' 'profile fast' 'memory 64M' 'memory-high 32M' \
  'cpus 1' 'cpu-weight 50' 'cpu-time 5s' 'pids-limit 30' 'pids 30' 'open-files 99' 'core-size 0' 'file-size 1M' 'io wbps=9M' \
  'property MemoryMax=64M' 'limit pids.max=30' 'ulimit nofile=99' 'device-write-bps /:9M' 'directory .'; do
  read -r name value <<<"$flag"
  expect_exit 0 "$HUTCH" run --isolation=if-available "--$name" "$value" tests
  expect_exit 0 "$HUTCH" run --isolation=if-available "--$name=$value" tests
done
expect_exit 0 "$HUTCH" run --isolation=if-available -j1 -q -p TasksMax=30 -C . tests

#!/bin/bash
# hutch exec as meson's wrapper, as docs/wrapper.md has it. Exit codes, skips (77), hard errors (99) and output pass through.
# shellcheck disable=SC2015 # "is there, or skip" is what is meant
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

command -v meson >/dev/null && command -v ninja >/dev/null && command -v cc >/dev/null || skip 'no meson, ninja or cc; scripts/setup test installs it'

mkdir project
cat >project/test.c <<'SOURCE'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv)
{
    printf("hutch=%s\n", getenv("HUTCH") ? getenv("HUTCH") : "none");
    return argc > 1 ? atoi(argv[1]) : 0;
}
SOURCE
cat >project/meson.build <<'PROJECT'
project('wrapped', 'c')
program = executable('program', 'test.c')
test('passes', program)
test('fails', program, args: ['3'])
test('skips', program, args: ['77'])
test('breaks', program, args: ['99'])
test('should fail', program, args: ['1'], should_fail: true)
PROJECT
meson setup build project >meson.log 2>&1 || {
  cat meson.log
  fail 'the project cannot be set up'
}

expect_exit 2 meson test -C build --verbose --wrapper "$HUTCH exec -q --timeout 20s --"
expect_in stdout 'passes +OK'
expect_in stdout 'fails +FAIL .*exit status 3'
expect_in stdout 'skips +SKIP'
expect_in stdout 'breaks +ERROR .*exit status 99'
expect_in stdout 'should fail +EXPECTEDFAIL'
expect_eq 'tests that saw hutch' 5 "$(grep -c 'hutch=1' build/meson-logs/testlog*.txt)"

# What the box itself has to say about a failure reaches meson's log.
meson test -C build --wrapper "$HUTCH exec --timeout 300ms --grace 100ms -- $PROGRAMS/hang_ignoring_term" passes >stdout 2>stderr &&
  fail 'a test that timed out passed'
grep -q 'timed out' build/meson-logs/testlog*.txt || fail 'the log does not say why'

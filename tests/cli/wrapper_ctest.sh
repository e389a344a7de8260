#!/bin/bash
# hutch exec as ctest's launcher, as docs/wrapper.md has it: by target property, and in the command itself. Exit codes, skips, output and
# ctest's own timeout pass through, and what a test leaves is gone.
# shellcheck disable=SC2015 # "is there, or skip" is what is meant
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

command -v ctest >/dev/null && command -v cmake >/dev/null && command -v cc >/dev/null || skip 'no ctest, cmake or cc'

mkdir project build
cat >project/test.c <<'SOURCE'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv)
{
    printf("hutch=%s\n", getenv("HUTCH") ? getenv("HUTCH") : "none");
    return argc > 1 ? atoi(argv[1]) : 0;
}
SOURCE
# From CMake 3.29 on it is TEST_LAUNCHER, for CROSSCOMPILING_EMULATOR is then taken only where something is cross-compiled.
cat >project/CMakeLists.txt <<PROJECT
cmake_minimum_required(VERSION 3.20)
project(wrapped C)
enable_testing()
add_executable(program test.c)
set_target_properties(program PROPERTIES
  CROSSCOMPILING_EMULATOR "$HUTCH;exec;-q;--timeout;20s;--"
  TEST_LAUNCHER "$HUTCH;exec;-q;--timeout;20s;--")
add_test(NAME passes COMMAND program)
add_test(NAME fails COMMAND program 3)
add_test(NAME skips COMMAND program 77)
set_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME leaves COMMAND "$HUTCH" exec -q -- "$PROGRAMS/leak" setsid)
add_test(NAME hangs COMMAND "$HUTCH" exec -q --timeout 500ms --grace 100ms -- "$PROGRAMS/hang_ignoring_term")
add_test(NAME stays COMMAND "$HUTCH" exec -q -- sh -c "echo \$\$ >pid && exec $PROGRAMS/hang_ignoring_term")
set_tests_properties(stays PROPERTIES TIMEOUT 2)
PROJECT
cmake -S project -B build >cmake.log 2>&1 && cmake --build build >>cmake.log 2>&1 || {
  cat cmake.log
  fail 'the project cannot be built'
}

cd build
expect_exit 8 ctest --verbose -E stays # ctest's code for "some tests failed"
for line in 'hutch=1' '1/5 Test #1: passes .* +Passed' '2/5 Test #2: fails .*\*\*\*Failed' '3/5 Test #3: skips .*\*\*\*Skipped' \
  '4/5 Test #4: leaves .* +Passed' '5/5 Test #5: hangs .*\*\*\*Failed'; do
  expect_in stdout "$line"
done
expect_eq 'lines of output of three tests' 3 "$(grep -c 'hutch=1$' stdout)"
pid=$(sed -n 's/.*pid=//p' stdout | head -n 1)
[[ -n $pid ]] && has_ended "$pid" || fail "the process that was left is not gone: '$pid'"

# ctest's own timeout kills hutch with SIGKILL; the warden, or hutch-init, does the rest.
expect_exit 8 ctest -R stays
wait_for 5 test -s pid
wait_for 5 has_ended "$(<pid)"

#!/bin/bash
# Under make -jN, hutch takes no more workers than make lends; who says -j means it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

command -v make >/dev/null || skip 'make is not installed'
for i in {1..6}; do make_noted_test "$i" 0.3; done
export HUTCH
printf 'all: tests-run\ntests-run:\n\t+"$(HUTCH)" run --no-store $(FLAGS) tests\n' >Makefile

expect_exit 0 make -j3
expect_eq 'tests' 6 "$(begun | wc -w)"
(($(most_at_once) <= 3)) || fail "more than make lends: $(xargs <log)"
(($(most_at_once) >= 2)) || fail "make lends, and nobody takes: $(cat stdout stderr)"

rm log
expect_exit 0 make -j3 FLAGS='-j 2'
expect_eq 'tests at a time' 2 "$(most_at_once)"

# without -j make lends nothing, and hutch decides; what it borrowed is back when another recipe wants it
rm log
expect_exit 0 make FLAGS='-j 3'
expect_eq 'tests at a time' 3 "$(most_at_once)"
rm log
printf 'after-%%: tests-run\n\t@echo "+ $@" >>log; sleep 0.3; echo "- $@" >>log\nmore: after-1 after-2 after-3\n' >>Makefile
expect_exit 0 make -j3 more
(($(most_at_once after) == 3)) || fail "make has fewer jobs than before: $(xargs <log)"
expect_not_in stderr 'jobserver|token'

#!/bin/bash
# run-as: root service
# timeout: 420
# The core tests (a writable cgroup2) on this kernel; but for the thousand worlds, whose point is their number, not the kernel.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

tests=$(dirname "$HUTCH")/../tests/core_tests
[[ -x $tests ]] || skip 'the payload has no core tests'
HUTCH_REQUIRE=core "$tests" --gtest_brief=1 --gtest_filter=-Thousand.*
expect_nothing_left

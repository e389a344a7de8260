#!/bin/bash
# run-as: root dev
# timeout: 300
# Tests of an ordinary kind pass under a policy (under the other two, too: ctest -R ordinary, outside of the machine); without the machine's network two of them listen on the same port side by side.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

ordinary=$(dirname "$0")/../ordinary
for policy in default offline strict; do
  HOME=${HOME:-/root} ORDINARY=$ordinary/ordinary_cplusplus bash "$ordinary/run" "$policy" --isolation=required --no-limits || fail "policy $policy"
done
expect_nothing_left

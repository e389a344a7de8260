#!/bin/bash
# run-as: root dev
# timeout: 900
# The whole catalogue of attacks under every policy: tests/attacks/expected says what must become of each.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

attacks=$(dirname "$0")/../attacks
for policy in trusted default offline network strict; do
  began=$SECONDS
  ATTACKS=$attacks/attacks python3 "$attacks/run" --policies "$policy" --timeout 20 --jobs 2 ||
    fail "policy $policy"
  printf -- '--- %s: %d s\n' "$policy" $((SECONDS - began))
done
expect_nothing_left

#!/bin/bash
# run-as: root dev
# timeout: 900
# The whole catalogue of attacks: tests/attacks/expected says what must become of each. Under the two policies that differ most,
# because a policy takes most of a minute here; the counts in docs/security.md are from a run of all five.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

attacks=$(dirname "$0")/../attacks
ATTACKS=$attacks/attacks python3 "$attacks/run" --policies default,strict --timeout 20 --jobs 2 || fail 'see above'
expect_nothing_left

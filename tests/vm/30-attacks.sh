#!/bin/bash
# run-as: root dev
# timeout: 900
# The whole catalogue of attacks under every policy: tests/attacks/expected says what must become of each.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

attacks=$(dirname "$0")/../attacks
ATTACKS=$attacks/attacks python3 "$attacks/run" --timeout 20 --jobs 2 || fail 'see above'
expect_nothing_left

#!/bin/bash
# run-as: root dev
# timeout: 900
# The whole catalogue of attacks: tests/attacks/expected says what must become of each. Under the two policies that differ most,
# because a policy takes most of a minute here; ALL_POLICIES=yes takes all five, as was done for the counts in docs/security.md.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

attacks=$(dirname "$0")/../attacks
policies=default,strict
[[ -z ${ALL_POLICIES:-} ]] || policies=trusted,default,offline,network,strict
ATTACKS=$attacks/attacks python3 "$attacks/run" --policies "$policies" --timeout 20 --jobs 2 || fail 'see above'
expect_nothing_left

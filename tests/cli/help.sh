#!/bin/bash
# Help goes to stdout with exit code 0, names every command, and fits a terminal.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

expect_exit 0 "$HUTCH"
for command in run exec list policy doctor clean; do expect_in stdout "^  $command "; done
mv stdout alone
expect_exit 0 "$HUTCH" --help
cmp alone stdout || fail 'hutch alone prints something else than --help'
expect_exit 0 "$HUTCH" --version
expect_in stdout '^hutch [0-9]+\.[0-9]+\.[0-9]+$'
for command in run exec list policy doctor clean; do
  expect_exit 0 "$HUTCH" "$command" --help
  expect_in stdout "$command"
done
expect_exit 0 "$HUTCH" run --help
for flag in --jobs --timeout --memory --cpus --pids-limit --io --profile --policy --set --network --isolation --cgroup-manager --leak --events --grace; do
  expect_in stdout "$flag"
done
expect_exit 0 "$HUTCH" exec --help
expect_in stdout '^Usage: hutch exec .*CMD'
# after "--", and after the command's name, all is the command's
expect_exit 0 "$HUTCH" exec -- printf '%s ' --help -- --json
expect_eq 'output' '--help -- --json ' "$(<stdout)"
expect_exit 0 "$HUTCH" exec printf '%s ' --version -- --json
expect_eq 'output' '--version -- --json ' "$(<stdout)"

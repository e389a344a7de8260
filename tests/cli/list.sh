#!/bin/bash
# hutch list: the tests that run would run, in that order, as lines and as JSON.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test b </dev/null
make_test a </dev/null
mkdir tests/list
cp tests/a tests/list/c
touch tests/no-test

expect_exit 0 "$HUTCH" list tests
expect_eq 'list' $'tests/a\ntests/b\ntests/list/c' "$(<stdout)"
expect_exit 0 "$HUTCH" list tests/b tests/a tests/b
expect_eq 'list' $'tests/b\ntests/a' "$(<stdout)"
expect_exit 0 "$HUTCH" list -C tests list # a directory of that name
expect_eq 'list' 'list/c' "$(<stdout)"
expect_exit 0 "$HUTCH" run -C tests list
mkdir '[odd]'
cp tests/a '[odd]/-x'
expect_exit 0 "$HUTCH" list '[odd]'
expect_eq 'list' '[odd]/-x' "$(<stdout)"
expect_exit 0 "$HUTCH" run -C '[odd]' -- -x
expect_exit 0 "$HUTCH" list --json tests
python3 - <<'PYTHON' || fail 'the JSON is not what it should be'
import json
listed = json.load(open("stdout"))
assert listed["v"] == 1
assert [test["test"] for test in listed["tests"]] == ["tests/a", "tests/b", "tests/list/c"]
assert all(test["command"] for test in listed["tests"])
PYTHON

#!/bin/bash
# Which tests the flags and expressions of run and list choose, why none was chosen, and where an expression is wrong.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test unit/parse.sh <<<'# @Tag smoke, db'
make_test unit/print.sh <<<'# @Priority P0'
make_test integration/db.sh <<<$'# @Tag db\n# @Slow'
make_test system/all.sh <<<$'# @Priority P1\n# @Group db\n# @Exclusive'
make_test other.sh <<<'# @Skip not today'
make_test later.sh <<<'# @Planned'

declare -A names=([a]=system/all.sh [d]=integration/db.sh [o]=other.sh [l]=later.sh [p]=unit/parse.sh [r]=unit/print.sh)
letters() { # of the listed tests, in alphabetical order
  local letter
  for letter in a d l o p r; do ! grep -qx "tests/${names[$letter]}" stdout || printf %s "$letter"; done
}

while IFS='|' read -r expected flags; do
  eval "arguments=($flags)"
  # shellcheck disable=SC2154
  expect_exit 0 "$HUTCH" list tests "${arguments[@]}"
  expect_eq "of $flags" "$expected" "$(letters)"
done <<'ROWS'
alopr|
adlopr|--all
pr|--unit
apr|--unit --system
d|--integration --all
p|--tag smoke
dp|--tag db --all
p|--tag db
p|--tag 'd?'
p|--tag smoke,other
p|--tag smoke --tag other
r|--priority P0
ar|--priority P0,P1
ar|--priority P0 --priority P1
p|--unit --tag db
pr|--name unit
p|--name '/pa.se\.sh$/'
d|--only-slow
o|--only-skipped
l|--planned-only
p|-E 'name(/parse.sh$/)'
r|-E 'level(unit) & !tag(db)'
p|-E 'tag(db) - slow()'
dp|-E 'tag(db) & (slow() or not slow())'
ap|-E 'tag(smoke) | exclusive()'
a|-E 'group(db)'
pr|-E 'path(tests/unit/)'
o|-E 'name(=tests/other.sh)'
p|-E 'name(^tests/unit)' -E 'name(a)' --tag db
adlopr|-E 'all()' -E 'none()' -E '!slow()'
lo|--filter 'status(skipped, planned)'
adlopr|-E 'all()' --all
ROWS

# exit code 4 says why; --no-tests=pass is content
expect_exit 4 "$HUTCH" run tests --tag nobody
expect_last_words '^hutch: no tests selected: of 6 found, 6 filtered out$'
expect_exit 4 "$HUTCH" list tests -E 'none()'
expect_last_words '^hutch: no tests selected'
expect_exit 0 "$HUTCH" run tests --tag nobody --no-tests=pass
expect_exit 4 "$HUTCH" run tests/integration
expect_last_words 'because they are slow \(--all takes them in\)$'
mkdir empty
expect_exit 4 "$HUTCH" run empty
expect_last_words '^hutch: no tests found'

# what is wrong, and where
while IFS='|' read -r flags words; do
  eval "arguments=($flags)"
  for command in list run; do
    expect_exit 2 "$HUTCH" "$command" tests "${arguments[@]}"
    expect_last_words "^hutch: $words"
  done
done <<'ROWS'
-E 'level(unit) & tga(db)'|-E 'level\(unit\) & tga\(db\)': column 15: unknown predicate 'tga' \(did you mean 'tag'\?\)
-E 'name(a[b)'|.*column 7: regular expression: missing \]
-E 'tag(a'|.*column [0-9]+: 
-E 'é & tag'|.*column [0-9]+: 
-E ''|
--priority P9|.*P9
--name '/a(/'|.*a\(
--shard 4/3|--shard '4/3': M/N
--tag '[a'|.*\[a
ROWS
expect_exit 2 "$HUTCH" run --ctest build tests
expect_last_words '^hutch: --ctest and paths exclude each other'

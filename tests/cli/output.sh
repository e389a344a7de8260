#!/bin/bash
# What tests write: shown under failures only, bounded, harmless; whole in files on request.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test quiet <<<'echo never shown'
make_test fails <<'SCRIPT'
echo to stdout
printf 'to \033[31mstderr\033[0m \033]0;title\007\377 end' >&2
exit 1
SCRIPT
make_test floods <<SCRIPT
echo the beginning
$PROGRAMS/flood 20
echo the end
exit 1
SCRIPT
make_test forges <<'SCRIPT'
printf '\rPASS  1 ms  1 MB  everything\nFAIL forged\n'
exit 1
SCRIPT
for kind in nonewline nul ansi utf8 stderr; do make_test "flood_$kind" <<<"$PROGRAMS/flood 3 $kind; exit 1"; done

expect_exit 1 "$HUTCH" run -j 2 tests
expect_not_in stdout 'never shown'
expect_in stdout '^  \| to stdout$'
expect_in stdout '^  \| to stderr .* end$'
expect_in stdout '^  \| the beginning$'
expect_in stdout '^  … (19\.9|20|19\.[0-9]+) MB not shown …$'
expect_in stdout '^  \| .*the end$'
expect_not_in stdout $'\033'
expect_not_in stdout '^(PASS  1 ms|FAIL forged)'
python3 -c 'open("stdout", encoding="utf-8", errors="strict").read()' || fail 'not valid UTF-8'
(($(wc -c <stdout) < 2000000)) || fail "too much output: $(wc -c <stdout) bytes"

# as much as was asked for
expect_exit 1 "$HUTCH" run --capture 2K tests/floods
(($(wc -c <stdout) < 8000)) || fail "too much output: $(wc -c <stdout) bytes"
expect_in stdout '^  \| .*the end$'

# all of it in files
expect_exit 1 "$HUTCH" run --output-dir kept --events events tests/floods tests/quiet
expect_events events <<'EXPECTED'
by_name["tests/floods"]["output_bytes"] >= 20 * MB
all(open(e["output_file"], "rb").read() for e in by_name.values())
len(open(by_name["tests/floods"]["output_file"], "rb").read()) >= 20 * MB
EXPECTED

# What bears the name already, a link of either kind, is replaced, never written to.
mkdir planted
echo canary >canary
ln canary planted/tests--quiet.out
ln -s "$PWD/canary" planted/tests--quiet.err
expect_exit 0 "$HUTCH" run --output-dir planted tests/quiet
expect_eq 'what a link led to' canary "$(<canary)"
[[ ! -L planted/tests--quiet.err ]] || fail 'a planted link is still there'

# only failures and the summary
expect_exit 1 "$HUTCH" run --quiet tests/quiet tests/fails
expect_not_in stdout 'PASS|hutch:|failures'
expect_in stdout '^FAIL'
expect_in stdout '^1 passed, 1 failed'
expect_exit 0 "$HUTCH" run -q tests/quiet
expect_eq 'lines' 1 "$(wc -l <stdout)"

# colours
expect_exit 0 "$HUTCH" run --color=always tests/quiet
expect_in stdout $'^\033\\[32mPASS'
expect_exit 0 env FORCE_COLOR=1 "$HUTCH" run tests/quiet
expect_in stdout $'^\033\\[32mPASS'
expect_exit 0 env FORCE_COLOR=1 NO_COLOR=1 "$HUTCH" run tests/quiet
expect_not_in stdout $'\033'
expect_exit 0 env FORCE_COLOR=1 "$HUTCH" run --color=never tests/quiet
expect_not_in stdout $'\033'

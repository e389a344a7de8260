#!/bin/bash
# What test files say of themselves in their first comment lines, as it is done; what is wrong there is found before anything is run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# limits, and what is not run
make_test hangs <<<$'# @Timeout 300ms\nexec sleep 100'
make_test memory <<<$'# @Memory 64\n# @Pids 40\nexit 0'
make_test skipped <<<$'# @Skip no such hardware\nexit 1'
make_test planned <<<$'# @Planned after the new parser\nexit 1'
expect_exit 1 "$HUTCH" run --isolation=if-available --grace 100ms --events events tests
expect_events events <<'EXPECTED'
(by_name["tests/hangs"]["verdict"], by_name["tests/hangs"]["cause"]) == ("timeout", "wall_clock")
by_name["tests/memory"]["verdict"] == "pass"
by_name["tests/skipped"]["verdict"] == "skip" and "no such hardware" in by_name["tests/skipped"]["reason"]
by_name["tests/planned"]["verdict"] == "planned" and "after the new parser" in by_name["tests/planned"]["reason"]
of("run_finished")[0]["skipped"] == 2
len(of("test_started")) == 2
EXPECTED
expect_in stdout '^TIMEOUT .*limit 300 ms'
expect_exit 1 "$HUTCH" run --grace 100ms --timeout 400ms tests/hangs
expect_in stdout '^TIMEOUT .*limit 400 ms'

# slow tests are left out, with a notice, unless they are wanted
rm -rf tests
make_test quick </dev/null
make_test slow <<<'# @Slow'
make_test tagged <<<'# @Tag slow, smoke'
expect_exit 0 "$HUTCH" run --isolation=if-available --events events tests
expect_in stdout '^notice: 1 slow test left out; --all '
expect_events events <<'EXPECTED'
sorted(by_name) == ["tests/quick", "tests/tagged"]
EXPECTED
expect_exit 0 "$HUTCH" list --all --show-tags tests
expect_eq 'tests' $'tests/quick\ntests/slow  [slow]\ntests/tagged  [slow, smoke]' "$(<stdout)"
expect_exit 0 "$HUTCH" list --only-slow tests
expect_eq 'tests' tests/slow "$(<stdout)"
expect_exit 4 "$HUTCH" run tests/slow
expect_last_words '^hutch: no tests selected: .*slow.*--all'
expect_exit 0 "$HUTCH" list --tag smoke tests
expect_eq 'tests' tests/tagged "$(<stdout)"

# the first are the most urgent; what says nothing is P2
rm -rf tests log
make_noted_test a 0 '@Priority P3'
make_noted_test b 0
make_noted_test c 0 '@Priority P1'
make_noted_test d 0 '@Priority: p0'
expect_exit 0 "$HUTCH" run -j 1 --no-store tests
expect_eq 'order' 'd c b a' "$(begun)"

# exclusive: alone, wherever it comes
rm -rf tests log
make_noted_test alone1 0.1 '@Exclusive'
make_noted_test alone2 0.1 '@Exclusive yes' '@Priority P0'
for i in {1..6}; do make_noted_test "beside$i" 0.1; done
expect_exit 0 "$HUTCH" run -j 3 tests
expect_eq 'tests' 8 "$(begun | wc -w)"
awk '$1 == "-" { now--; if ($2 ~ /alone/) alone = 0; next } { if (alone || ($2 ~ /alone/ && now)) exit 1; now++; if ($2 ~ /alone/) alone = 1 }' log ||
  fail "beside an exclusive test: $(cat log)"

# retries
rm -rf tests
make_test third <<<$'# @Retries 2\necho x >>tries; test "$(wc -l <tries)" = 3'
expect_exit 0 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
by_name["tests/third"]["verdict"] == "flaky" and by_name["tests/third"]["attempt"] == 3
EXPECTED
rm tries
expect_exit 1 "$HUTCH" run --retries 0 tests # a flag counts before the file

# policy and network
if unshare --user true 2>/dev/null || (($(id -u) == 0)); then
  rm -rf tests
  make_test strict <<<$'# @Policy strict\nexit 0'
  make_test trusted <<<'exit 0'
  make_test offline <<<$'# @Network none\ntest "$(ls /sys/class/net | wc -l; grep -c : /proc/net/dev)" != ""; test "$(grep -c : /proc/net/dev)" -le 1'
  expect_exit 0 "$HUTCH" run --isolation=if-available --events events tests
  expect_events events <<'EXPECTED'
by_name["tests/strict"]["policy"] == "strict" and "syscalls" in by_name["tests/strict"]["isolation"]
by_name["tests/trusted"]["isolation"] == {}
by_name["tests/offline"]["isolation"]["network"] == "namespace"
EXPECTED
fi

# what is wrong: file, line, column; nothing is run
rm -rf tests
make_test good <<<'echo ran >>ran'
while IFS='|' read -r line place words; do
  make_test bad <<<"$line"
  for command in run list; do
    expect_exit 2 "$HUTCH" "$command" tests
    expect_last_words "^hutch: tests/bad:$place: .*$words"
  done
done <<'ROWS'
# @Timeout soon|2:12|soon
# @Memory 900K|2:11|least is 1 MB
# @Timeuot 3|2:3|unknown key @Timeuot .did you mean @Timeout
# @Priority P7|2:13|P7
# @Retries many|2:12|many
# @Exclusive perhaps|2:14|perhaps
# @Network nome|2:12|nome
# @Tag a b!|2:[0-9]+|
# @Profile slwo|2:12|slwo.*slow
ROWS
make_test bad <<<$'# @Timeout 3\n# @Timeout 4'
expect_exit 2 "$HUTCH" run tests
expect_last_words '^hutch: tests/bad:3:[0-9]+: .*Timeout'
make_test bad <<<'# @Policy stirct'
expect_exit 2 "$HUTCH" run tests
expect_last_words '^hutch: .*stirct.*strict'

# what cannot be given yet
make_test bad <<<'# @Ports 2'
expect_exit 3 "$HUTCH" run tests
expect_last_words '^hutch: tests/bad: .*@Ports'
make_test bad <<<'# @Isolation container'
expect_exit 3 "$HUTCH" run tests
expect_last_words '^hutch: tests/bad: .*container'
! [[ -e ran ]] || fail 'a test was run'
